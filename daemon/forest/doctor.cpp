#include "daemon/forest/doctor.hpp"

#include <fmt/format.h>
#include <sys/timex.h>

#include <filesystem>

#include "daemon/forest/policy_input.hpp"

namespace morpheus {
namespace {

constexpr Millis long_operation{60 * 60'000};
constexpr double mebibyte = 1024.0 * 1024.0;

Check well(std::string name, std::string message) { return {std::move(name), CheckLevel::ok, std::move(message), ""}; }
Check warning(std::string name, std::string message, std::string hint) {
  return {std::move(name), CheckLevel::warning, std::move(message), std::move(hint)};
}
Check failed(std::string name, std::string message, std::string hint) {
  return {std::move(name), CheckLevel::failed, std::move(message), std::move(hint)};
}

Check about_orphan(const OrphanView& orphan) {
  const auto cost = orphan.monthly_cost ? fmt::format(", {:.2f} a month", *orphan.monthly_cost) : "";
  const auto what = orphan.id.empty() ? "the address" : "the machine";
  return warning(orphan.provider, fmt::format("no stored node stands for {} {} ({}{})", what, orphan.name, orphan.address, cost),
                 fmt::format("morpheusctl adopt {0}, or morpheusctl delete-orphan {0}", orphan.name));
}

}  // namespace

asio::awaitable<std::vector<Check>> Doctor::examine() {
  std::vector<Check> checks{database(), disk(), clock()};
  for (const auto& [name, provider] : context_.providers) {
    const auto found = co_await provider->diagnose();
    checks.insert(checks.end(), found.begin(), found.end());
  }
  const auto differences = co_await difference();
  checks.insert(checks.end(), differences.begin(), differences.end());
  const auto about_forests = forests();
  checks.insert(checks.end(), about_forests.begin(), about_forests.end());
  co_return checks;
}

Check Doctor::database() const {
  const std::string& path = context_.config.daemon.database;
  try {
    const Store::Transaction unused(context_.store);
    return well("database", fmt::format("{} can be written", path));
  } catch (const StoreError& error) {
    return failed("database", error.what(), "until it can be written, nothing is decided or created");
  }
}

Check Doctor::disk() const {
  const auto directory = std::filesystem::absolute(context_.config.daemon.database).parent_path();
  std::error_code error;
  const auto space = std::filesystem::space(directory, error);
  if (error) return failed("disk", fmt::format("{}: {}", directory.string(), error.message()), "check its rights");
  const auto free = fmt::format("{:.0f} MiB free in {}", static_cast<double>(space.available) / mebibyte, directory.string());
  if (space.available >= least_free_space) return well("disk", free);
  return warning("disk", free, "make room: on a full disk nothing is decided or created");
}

// As the kernel has it from whatever keeps the time (adjtimex(2)).
Check Doctor::clock() const {
  timex state{};
  const bool synchronised = ::adjtimex(&state) != TIME_ERROR && (state.status & STA_UNSYNC) == 0;
  if (synchronised) return well("clock", "synchronised");
  return warning("clock", "not synchronised with a time server: certificates and the times of events depend on it", "timedatectl set-ntp true");
}

asio::awaitable<std::vector<Check>> Doctor::difference() {
  const auto view = co_await orphans_.list();
  std::vector<Check> checks;
  if (!view) co_return checks;
  for (const OrphanView& orphan : view->orphans) checks.push_back(about_orphan(orphan));
  for (const auto& other : view->others) {
    checks.push_back(warning("machines", other + " is another installation's, and left alone", "morpheusctl orphans"));
  }
  for (const auto& failure : view->failed) {
    checks.push_back(failed("machines", fmt::format("{} cannot list its machines: {}", failure.provider, failure.error), ""));
  }
  if (checks.empty()) checks.push_back(well("machines", "a stored node stands for each of them"));
  co_return checks;
}

std::vector<Check> Doctor::forests() const {
  std::vector<Check> checks;
  for (const Forest& forest : context_.store.forests()) {
    for (const Node& node : context_.store.nodes(forest.id)) {
      if (node.state != NodeState::ready) continue;
      const auto why = why_unknown(context_, node);
      if (why.empty()) continue;
      checks.push_back(warning(forest.name, fmt::format("{} is unknown: {}", node.name, why), "morpheusctl explain " + forest.name));
    }
    if (forest.paused) {
      checks.push_back(warning(forest.name, "paused: it neither grows nor shrinks", "morpheusctl resume " + forest.name));
    }
    if (checks.empty() || checks.back().name != forest.name) checks.push_back(well(forest.name, "every ready node answers"));
  }
  for (const Operation& operation : context_.store.running_operations()) {
    const auto age = elapsed(operation.started, context_.clock.stamp());
    if (age < long_operation) continue;
    checks.push_back(warning(operation.forest, fmt::format("{} has been at work for {} min", to_string(operation.kind), age.count() / 60'000),
                             fmt::format("morpheusctl operation {}", operation.id)));
  }
  return checks;
}

}  // namespace morpheus
