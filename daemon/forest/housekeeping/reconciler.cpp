#include "daemon/forest/housekeeping/reconciler.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

#include "daemon/forest/node/addresses.hpp"
#include "daemon/forest/node/meta_group.hpp"
#include "daemon/forest/node/transition.hpp"
#include "daemon/forest/orphan/comparison.hpp"
#include "daemon/forest/orphan/drift.hpp"
#include "daemon/forest/orphan/inventory.hpp"
#include "daemon/runtime/timeout.hpp"
#include "daemon/store/lease_record.hpp"

namespace morpheus {
namespace {

bool is_at_work(const ForestContext& context, std::int64_t forest_id) { return context.store.running_operation(forest_id).has_value(); }

std::vector<Node> nodes_in(const std::vector<Node>& nodes, std::int64_t forest_id) {
  auto its = nodes;
  std::erase_if(its, [&](const Node& node) { return node.forest_id != forest_id; });
  return its;
}

}  // namespace

class Reconciler::Working {
 public:
  explicit Working(bool& is) : is_(is) { is_ = true; }
  ~Working() { is_ = false; }
  Working(const Working&) = delete;
  Working& operator=(const Working&) = delete;

 private:
  bool& is_;
};

asio::awaitable<void> Reconciler::run() {
  for (;;) {
    co_await until_active();
    const auto epoch = this->epoch();
    for (const auto& [name, provider] : context_.providers) {
      try {
        co_await reconcile(name);
      } catch (const std::exception& error) {
        note(name, "", Error{ErrorCode::failed, error.what(), ""});
      }
    }
    co_await rest(epoch);
  }
}

asio::awaitable<void> Reconciler::rest(std::int64_t epoch) {
  const BootTime until = context_.clock.boot() + interval;
  Signal& news = context_.journal.news();
  while (context_.clock.boot() < until) {
    const auto seen = news.count();
    if (this->epoch() > epoch && is_active()) co_return;
    const Millis left = until - context_.clock.boot();
    co_await finishes_within(context_.clock, left, news.wait_past(seen));
  }
}

std::int64_t Reconciler::epoch() const {
  try {
    return context_.store.lease().epoch;
  } catch (const StoreError& error) {
    spdlog::error("{}", error.what());
    return 0;
  }
}

asio::awaitable<void> Reconciler::until_active() {
  Signal& news = context_.journal.news();
  for (;;) {
    const auto seen = news.count();
    if (is_active()) co_return;
    co_await news.wait_past(seen);
  }
}

bool Reconciler::is_active() const {
  try {
    return may_act(context_.store).has_value();
  } catch (const StoreError& error) {
    spdlog::error("nothing is reconciled: {}", error.what());
    return false;
  }
}

asio::awaitable<void> Reconciler::reconcile(std::string provider_name) {
  const Working under_way(working_);
  if (!has_forests(context_.store, provider_name)) co_return;
  Provider& provider = *context_.providers.at(provider_name);
  const auto claimed = co_await provider.confirm_lease();
  if (!claimed) {
    note(provider_name, "", claimed.error());
    co_return;
  }
  const auto known_before = known_machines(context_.store, provider_name);
  const auto offer = co_await provider.offer();  // the policy decides by what it brings: prices, and what forbids a machine
  note(provider_name + " offer", "", offer ? Result<>{} : offer.error());
  const auto inventory = co_await provider.inventory(Purpose::acting);
  if (!inventory) {
    note(provider_name, "", inventory.error());
    co_return;
  }
  note(provider_name, "", Result<>{});
  std::erase_if(waits_, [this](const auto& each) {
    const auto& forest = each.second.wait().forest;
    return !forest.empty() && !context_.store.forest(forest);
  });
  const auto comparison = compare(context_.store, provider_name, *inventory, known_before);
  report_orphans(provider_name, comparison.orphans);
  drifting_.clear();
  for (const Drift& drift : drifts_of(context_.store, provider_name, *inventory)) {
    report_drift(drift.node, fmt::format("{}: {}", drift.what, drift.way_out));
  }
  const auto forests = context_.store.forests();
  for (const Forest& forest : forests) {
    if (forest.provider == provider_name) co_await try_forest(forest, nodes_in(comparison.missing, forest.id));
  }
  end_drifts(provider_name);
}

// What goes wrong about one forest is none of the others' business.
asio::awaitable<void> Reconciler::try_forest(Forest forest, std::vector<Node> missing) {
  try {
    co_await reconcile_forest(forest.id, missing);
    note(forest.name, forest.name, Result<>{});
  } catch (const std::exception& error) {
    note(forest.name, forest.name, Error{ErrorCode::failed, error.what(), ""});
  }
}

// A failure is shown for as long as it lasts.
void Reconciler::note(const std::string& key, const std::string& forest, const Result<>& outcome) {
  auto waiting = waits_.find(key);
  if (outcome) {
    if (waiting != waits_.end()) waits_.erase(waiting);
    return;
  }
  if (waiting == waits_.end()) waiting = waits_.emplace(key, context_.waits.begin(WaitReason::provider, forest)).first;
  Error error = outcome.error();
  error.message = fmt::format("{}: {}; again in {} s", key, error.message, interval.count() / 1000);
  waiting->second.tried(error);
  spdlog::info("{}", describe(error));
}

// A node that became ready after the list was made is not in it: a newer list decides about those that are missing, and of each of
// these the provider has to say by its id that there is none.
asio::awaitable<void> Reconciler::mark_gone(std::int64_t forest_id, std::vector<Node> missing) {
  if (missing.empty()) co_return;
  const auto inventory = co_await context_.provider_of(forest_of(context_, forest_id)).inventory(Purpose::acting);
  if (!inventory || is_at_work(context_, forest_id)) co_return;
  const auto listed = machines_of(*inventory);
  for (const Node& node : missing) {
    if (listed.stand_for(node)) continue;
    const MachineRef meant = machine_of(node);
    const auto machine = co_await context_.provider_of(forest_of(context_, forest_id)).look(meant);
    if (is_at_work(context_, forest_id) || !context_.store.forest(forest_id)) co_return;
    if (!machine) report_drift(node, fmt::format("it is not listed, and not taken for gone: {}", describe(machine.error())));
    auto now = context_.store.node(node.id);
    const bool is_there = !machine || (*machine && (*machine)->id == node.machine_id);
    if (is_there || !now || now->state != NodeState::ready) continue;
    store_state(context_, *now, NodeState::gone, "its machine does not exist any more; somebody else deleted it");
  }
}

asio::awaitable<void> Reconciler::reconcile_forest(std::int64_t forest_id, std::vector<Node> missing) {
  if (!context_.store.forest(forest_id)) co_return;
  const Forest forest = forest_of(context_, forest_id);
  co_await mark_gone(forest_id, missing);
  if (is_at_work(context_, forest_id) || !context_.store.forest(forest_id)) co_return;
  const auto enclosed = co_await enclose_forest(context_, forest);
  report_exposed(forest, enclosed ? "" : describe(enclosed.error()));
  note(forest.name + " firewall", forest.name, enclosed);
  if (is_at_work(context_, forest_id) || !context_.store.forest(forest_id)) co_return;
  const auto retired = co_await retire_witness_if_due(context_, forest_of(context_, forest_id));
  note(forest.name + " witness", forest.name, retired);
}

void Reconciler::report_exposed(const Forest& forest, const std::string& why) {
  const auto before = std::exchange(exposed_[forest.id], why);
  if (why.empty() || why == before) return;
  Event event;
  event.kind = "provider";
  event.level = EventLevel::warning;
  event.forest = forest.name;
  event.message = fmt::format("what surrounds its machines is not known to be right: {}; looked at again in {} s", why, interval.count() / 1000);
  context_.journal.record(std::move(event));
}

void Reconciler::report_drift(const Node& node, const std::string& message) {
  drifting_.insert(node.id);
  std::string& told = drifts_[node.id];
  if (told == message) return;
  told = message;
  Event event;
  event.kind = "node";
  event.level = EventLevel::warning;
  event.forest = forest_of(context_, node.forest_id).name;
  event.node = node.name;
  event.message = message;
  context_.journal.record(std::move(event));
}

void Reconciler::end_drifts(const std::string& provider) {
  std::erase_if(drifts_, [&](const auto& drift) {
    const auto node = context_.store.node(drift.first);
    const auto forest = node ? context_.store.forest(node->forest_id) : std::nullopt;
    return (!forest || forest->provider == provider) && !drifting_.contains(drift.first);
  });
}

void Reconciler::report_orphans(const std::string& provider, const std::vector<Machine>& found) {
  std::set<std::string> orphans;
  for (const Machine& machine : found) {
    const auto& orphan = *orphans.insert(describe_orphan(machine)).first;
    if (reported_[provider].contains(orphan)) continue;
    Event event;
    event.kind = "orphan";
    event.level = EventLevel::warning;
    event.forest = machine.forest;
    event.node = machine.name;
    event.message = fmt::format("{} exists and costs, and no stored node stands for it: {}", orphan, orphan_way_out(machine));
    context_.journal.record(std::move(event));
  }
  reported_[provider] = std::move(orphans);
}

}  // namespace morpheus
