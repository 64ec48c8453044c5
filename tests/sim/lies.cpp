#include "tests/sim/lies.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace morpheus::sim {
namespace {

constexpr double cores = 2;
constexpr double plausible_percent = 97;
constexpr double falling_from = 149;       // percent
constexpr double falls_a_minute = 0.96;    // to this share
constexpr double falls_to = 82;

void claim_cpu(NodeReport& report, double percent) { report.varz->cpu = cores * percent; }

void claim_impossible(Chance& chance, NodeReport& report) {
  if (chance.happens(0.5)) {
    report.varz->cpu = 1e12;
  } else {
    report.varz->mem = std::int64_t{1} << 60;
  }
  if (chance.happens(0.3)) report.varz->connections = std::numeric_limits<std::int64_t>::max();
}

void claim_id(NodeReport& report, const std::string& id) {
  report.varz->server_id = id;
  if (report.routez) report.routez->server_id = id;
}

void claim_phantoms(NodeReport& report) {
  for (int i = 0; i < 5; ++i) {
    if (report.routez) report.routez->remote_ids.insert(fmt::format("phantom-{}", i));
    if (report.jsz) report.jsz->replicas.push_back({fmt::format("phantom-{}", i), true, false});
  }
}

void claim_to_lead(const SimMachine& machine, NodeReport& report) {
  if (!report.jsz) return;
  *report.jsz = Jsz{true, machine.server_name, 1, {}};
}

void malform(NodeReport& report) {
  NodeReport refused;
  refused.at = report.at;
  refused.asked = report.asked;
  refused.error = "its /routez: routes[0] is text, not an object";
  report = std::move(refused);
}

}  // namespace

Lie random_lie(Chance& chance) { return static_cast<Lie>(chance.between(1, static_cast<int>(Lie::last))); }

bool claims_load(Lie lie) { return lie == Lie::impossible || lie == Lie::plausible || lie == Lie::falling || lie == Lie::alternating; }

void tell_lie(World& world, SimMachine& machine, const std::vector<std::string>& ids, NodeReport& report) {
  Chance& chance = world.chance();
  const Lie lie = machine.lie == Lie::alternating ? static_cast<Lie>(chance.between(0, static_cast<int>(Lie::last) - 1)) : machine.lie;
  if (claims_load(lie)) machine.claimed_load = world.now();
  const double minutes = static_cast<double>((world.now() - machine.lies_since).count()) / 60'000;
  switch (lie) {
    case Lie::none: return;
    case Lie::impossible: claim_impossible(chance, report); break;
    case Lie::plausible: claim_cpu(report, plausible_percent); break;
    case Lie::falling: claim_cpu(report, std::max(falls_to, falling_from * std::pow(falls_a_minute, minutes))); break;
    case Lie::no_routes:
      if (report.routez) report.routez->remote_ids.clear();
      break;
    case Lie::forged_id: claim_id(report, "forged"); break;
    case Lie::anothers_id: claim_id(report, ids[static_cast<std::size_t>(chance.between(0, static_cast<int>(ids.size()) - 1))]); break;
    case Lie::phantoms: claim_phantoms(report); break;
    case Lie::leads: claim_to_lead(machine, report); break;
    case Lie::malformed: malform(report); break;
    case Lie::alternating: break;
  }
  world.count(fmt::format("lie told: {}", to_string(lie)));
}

std::string_view to_string(Lie lie) {
  switch (lie) {
    case Lie::none: return "none";
    case Lie::impossible: return "impossible numbers";
    case Lie::plausible: return "plausible load";
    case Lie::falling: return "falling load";
    case Lie::no_routes: return "no routes";
    case Lie::forged_id: return "forged id";
    case Lie::anothers_id: return "another's id";
    case Lie::phantoms: return "phantom peers";
    case Lie::leads: return "leads";
    case Lie::malformed: return "malformed";
    case Lie::alternating: return "alternating";
  }
  return "";
}

}  // namespace morpheus::sim
