#include "daemon/forest/view/doctor.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "daemon/forest/autoscaler/policy_input.hpp"
#include "daemon/forest/node/transition.hpp"
#include "daemon/forest/orphan/comparison.hpp"
#include "daemon/forest/orphan/drift.hpp"
#include "daemon/forest/orphan/inventory.hpp"
#include "daemon/forest/view/waits.hpp"
#include "daemon/policy/evaluate.hpp"
#include "daemon/runtime/host_diagnosis.hpp"
#include "daemon/runtime/timeout.hpp"
#include "daemon/store/diagnosis.hpp"
#include "daemon/store/lease_record.hpp"

namespace morpheus {
namespace {

constexpr Millis diagnosis_limit{90'000};      // for a provider's own checks
constexpr Millis inventory_limit{40'000};      // for its list
constexpr Millis long_operation{60 * 60'000};  // beyond it somebody should look
constexpr Millis certificates_warning = std::chrono::days{365};  // before their end

void append(std::vector<Finding>& all, std::vector<Finding> more, const std::string& prefix = "") {
  for (Finding& finding : more) {
    finding.check = prefix + finding.check;
    all.push_back(std::move(finding));
  }
}

// What to type that changes something; empty while this daemon may not act, since it would refuse it.
std::string to_change(const ForestContext& context, std::string hint) { return may_act(context.store) ? hint : std::string(); }

std::vector<Finding> compared(const ForestContext& context, const std::string& provider, const Inventory& inventory,
                             const KnownMachines& known_before) {
  std::vector<Finding> findings;
  const auto comparison = compare(context.store, provider, inventory, known_before);
  for (const Machine& machine : comparison.orphans) {
    findings.push_back({"orphan", FindingLevel::warning,
                        fmt::format("{} exists and costs, and no node stands for it", describe_orphan(machine)),
                        to_change(context, orphan_way_out(machine))});
  }
  for (const ForeignMachine& machine : comparison.others) {
    findings.push_back({"foreign", FindingLevel::ok,
                        fmt::format("{} belongs to another controller, {}, and is left alone", machine.name, machine.controller),
                        ""});
  }
  for (const Drift& drift : drifts_of(context.store, provider, inventory)) {
    findings.push_back({"drift", FindingLevel::warning, drift.what, to_change(context, drift.way_out)});
  }
  for (const Node& node : comparison.missing) {
    findings.push_back({"machines", FindingLevel::warning, fmt::format("{} is stored as ready, and has no machine", node.name),
                        to_change(context, fmt::format("it is looked up by its id, and marked as gone within 5 minutes if there is none; then morpheusctl grow {}",
                                                       forest_of(context, node.forest_id).name))});
  }
  if (findings.empty()) {
    findings.push_back({"machines", FindingLevel::ok, fmt::format("{} exist, and a node stands for each", inventory.own.size()), ""});
  }
  return findings;
}

asio::awaitable<std::vector<Finding>> compare_with(const ForestContext& context, ProviderLooks& looks, std::string name,
                                                   Freshness freshness) {
  const auto seen = co_await looks.inventory(name, freshness);
  const auto& inventory = seen.value.inventory;
  if (inventory) co_return compared(context, name, *inventory, seen.value.known);
  std::vector<Finding> findings;
  const Error& error = inventory.error();
  findings.push_back({"machines", FindingLevel::failed, "what exists is not known: " + error.message, error.hint});
  co_return findings;
}

Finding late(const std::string& check, Millis limit) {
  return {check, FindingLevel::failed, fmt::format("not done within {} s", limit.count() / 1000), "journalctl -u morpheusd"};
}

// Of findings that others were shown before.
std::vector<Finding> age_finding(Millis age) {
  const auto seconds = age.count() / 1000;
  if (seconds == 0) return {};
  return {{"age", FindingLevel::ok, fmt::format("it was asked {} s ago, and the answer is shared by all who look", seconds),
           "morpheusctl doctor --fresh asks it again"}};
}

asio::awaitable<std::vector<Finding>> own_checks(ProviderLooks& looks, std::string name, Freshness freshness) {
  auto seen = co_await looks.diagnose(name, freshness);
  append(seen.value, age_finding(seen.age));
  co_return seen.value;
}

asio::awaitable<std::vector<Finding>> examine_configured(const ForestContext& context, ProviderLooks& looks, std::string name,
                                                         Freshness freshness) {
  std::vector<Finding> findings;
  auto own = co_await with_timeout(context.clock, diagnosis_limit, own_checks(looks, name, freshness));
  append(findings, own ? *std::move(own) : std::vector{late("checks", diagnosis_limit)}, name + ": ");
  auto compared = co_await with_timeout(context.clock, inventory_limit, compare_with(context, looks, name, freshness));
  append(findings, compared ? *std::move(compared) : std::vector{late("machines", inventory_limit)}, name + ": ");
  co_return findings;
}

asio::awaitable<std::vector<Finding>> examine_provider(const ForestContext& context, ProviderLooks& looks, std::string name,
                                                       Freshness freshness) {
  std::vector<Finding> findings;
  const Provider& provider = *context.providers.at(name);
  if (!provider.is_configured()) {
    const bool wanted = has_forests(context.store, name);
    const Outlook outlook = provider.outlook();
    findings.push_back({name, wanted ? FindingLevel::failed : FindingLevel::ok,
                        wanted ? "forests are on it, and " + outlook.refusal : "not configured: " + outlook.refusal,
                        wanted ? outlook.way_out : ""});
    co_return findings;
  }
  co_return co_await examine_configured(context, looks, name, freshness);
}

std::vector<Finding> examine_lease(const ForestContext& context) {
  try {
    const auto allowed = may_act(context.store);
    if (allowed) return {};
    const auto meaning = allowed.error().message + "; it watches and shows, and refuses every command that would change something";
    return {{"duty", FindingLevel::warning, meaning, allowed.error().hint}};
  } catch (const StoreError& error) {
    return {{"duty", FindingLevel::failed, error.what(), "journalctl -u morpheusd"}};
  }
}

Finding unreadable(const std::string& check, const std::exception& error) {
  return {check, FindingLevel::failed, error.what(), "journalctl -u morpheusd"};
}

std::vector<Finding> examine_nodes(const ForestContext& context, const Forest& forest) {
  std::vector<Finding> findings;
  for (const Node& node : context.store.nodes(forest.id)) {
    const auto why = node.state == NodeState::ready ? why_unknown(context, node) : std::string();
    if (why.empty()) continue;
    findings.push_back({forest.name, FindingLevel::warning, fmt::format("{} does not answer: {}", node.name, why),
                        "morpheusctl status " + forest.name +
                            to_change(context, fmt::format("; if it is dead: morpheusctl shrink {} --node node-{}", forest.name, node.index))});
  }
  return findings;
}

std::vector<Finding> examine_contradictions(const ForestContext& context, const Forest& forest) {
  std::vector<Finding> findings;
  for (const Node& node : context.store.nodes(forest.id)) {
    const NodeObservation* seen = context.observations.find(node.id);
    if (node.state != NodeState::ready || !seen || seen->contradicts.empty()) continue;
    findings.push_back({forest.name, FindingLevel::warning, fmt::format("{} contradicts the other nodes: {}", node.name, seen->contradicts),
                        fmt::format("look at its server and who answers at {}; what it says condemns no other node", node.address)});
  }
  return findings;
}

// A machine may exist, and no operation takes care of it: one that was parked was aborted.
std::vector<Finding> examine_abandoned(const ForestContext& context, const Forest& forest) {
  if (context.store.running_operation(forest.id)) return {};
  std::vector<Finding> findings;
  for (const Node& node : context.store.nodes(forest.id)) {
    if (!costs(node) || node.state == NodeState::ready) continue;
    findings.push_back({forest.name, FindingLevel::warning,
                        fmt::format("{} is {}, its machine may cost, and no operation is at work on it", node.name, to_string(node.state)),
                        to_change(context, fmt::format("morpheusctl shrink {} --node node-{}", forest.name, node.index))});
  }
  return findings;
}

std::vector<Finding> examine_operations(const ForestContext& context, const Forest& forest) {
  const auto running = context.store.running_operation(forest.id);
  if (!running || !running->parked.empty()) return {};
  const Millis age = elapsed(running->started, context.clock.stamp());
  if (age <= long_operation) return {};
  return {{forest.name, FindingLevel::warning, fmt::format("{} #{} has been at work for {} min", to_string(running->kind), running->id, age.count() / 60'000),
           fmt::format("morpheusctl operation {} --wait", running->id)}};
}

// No server proves itself to the others after that, and none that is there is told anything new.
std::vector<Finding> examine_certificates(const ForestContext& context, const Forest& forest) {
  if (!context.provider_of(forest).is_networked()) return {};
  const auto end = context.secrets.certificates_end(forest.name);
  if (!end) return {{forest.name, FindingLevel::failed, end.error().message, end.error().hint}};
  const Millis left = std::chrono::duration_cast<Millis>(*end - context.clock.wall());
  if (left >= certificates_warning) return {};
  const auto day = to_rfc3339(*end).substr(0, 10);
  const auto way_out = fmt::format("plant another forest, move to it, then morpheusctl teardown {}", forest.name);
  if (left <= Millis{0}) {
    return {{forest.name, FindingLevel::failed, fmt::format("the certificates of its servers have ended on {}: no two connect again", day),
             to_change(context, way_out)}};
  }
  return {{forest.name, FindingLevel::warning,
           fmt::format("the certificates of its servers end on {}, in {} days: no two connect after that", day, left.count() / (24 * 3'600'000)),
           to_change(context, way_out)}};
}

// Those of that forest; of an empty name: those of no forest.
std::vector<Finding> examine_waits(const ForestContext& context, const std::string& forest) {
  std::vector<Finding> findings;
  try {
    for (const Wait& wait : all_waits(context)) {
      if (wait.forest != forest) continue;
      findings.push_back(wait_finding(wait));
      if (forest.empty()) findings.back().check = "waits";
      if (!may_act(context.store)) findings.back().hint.clear();
    }
  } catch (const StoreError& error) {
    findings.push_back(unreadable("waits", error));
  }
  return findings;
}

// The gate that blocks for good, and not just until the growth has settled.
std::vector<Finding> examine_growth(const ForestContext& context, const Forest& forest) {
  const PolicyInput input = policy_input(context, forest, Trigger::loop);
  const Millis settling = input.growth.settle;
  if (!input.last_growth || remaining(input.last_growth->ended, settling, input.now) > Millis{0}) return {};
  const Decision decision = evaluate(input);
  const auto gate = std::ranges::find(decision.gates, "futility", &Gate::name);
  if (gate == decision.gates.end() || gate->verdict != Verdict::block) return {};
  return {{forest.name, FindingLevel::warning, gate->detail, to_change(context, gate->to_change)}};
}

}  // namespace

std::vector<Finding> examine_forest(const ForestContext& context, const Forest& forest) {
  std::vector<Finding> findings;
  if (forest.paused) {
    findings.push_back({forest.name, FindingLevel::warning, "it is paused: it neither grows nor shrinks",
                        to_change(context, fmt::format("morpheusctl resume {}", forest.name))});
  }
  if (forest.state == ForestState::failed) {
    findings.push_back({forest.name, FindingLevel::warning, "its planting or its teardown failed",
                        "morpheusctl events --forest " + forest.name + to_change(context, "; morpheusctl teardown " + forest.name)});
  }
  append(findings, examine_nodes(context, forest));
  append(findings, examine_contradictions(context, forest));
  append(findings, examine_abandoned(context, forest));
  append(findings, examine_operations(context, forest));
  append(findings, examine_growth(context, forest));
  append(findings, examine_certificates(context, forest));
  append(findings, examine_waits(context, forest.name));
  if (findings.empty()) findings.push_back({forest.name, FindingLevel::ok, "every ready node answers", ""});
  return findings;
}

namespace {

// What goes wrong about one forest is a finding about that one.
std::vector<Finding> try_forest(const ForestContext& context, const Forest& forest) {
  std::vector<Finding> findings;
  try {
    findings = examine_forest(context, forest);
  } catch (const StoreError&) {
    throw;  // it concerns them all
  } catch (const std::exception& error) {
    findings.push_back(unreadable(forest.name, error));
    append(findings, examine_waits(context, forest.name));
  }
  return findings;
}

}  // namespace

asio::awaitable<std::vector<Finding>> examine_all(const ForestContext& context, ProviderLooks& looks, Freshness freshness) {
  std::vector<Finding> findings;
  append(findings, examine_lease(context));
  append(findings, examine_waits(context, ""));
  append(findings, diagnose_database(context.store, context.config.daemon.database));
  findings.push_back(diagnose_directory("state directory", context.config.daemon.state_dir));
  findings.push_back(diagnose_privacy("state directory", context.config.daemon.state_dir));
  findings.push_back(diagnose_clock());
  for (const auto& [name, provider] : context.providers) {
    try {
      auto found = co_await examine_provider(context, looks, name, freshness);
      append(findings, std::move(found));
    } catch (const std::exception& error) {
      findings.push_back(unreadable(name, error));
    }
  }
  try {
    for (const Forest& forest : context.store.forests()) append(findings, try_forest(context, forest), "forest ");
  } catch (const StoreError& error) {
    findings.push_back(unreadable("forests", error));
  }
  co_return findings;
}

}  // namespace morpheus
