#include "daemon/forest/node/provision.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <optional>

#include "daemon/forest/node/addresses.hpp"
#include "daemon/forest/node/boot_watch.hpp"
#include "daemon/forest/node/decommission.hpp"
#include "daemon/forest/node/machine_spec.hpp"
#include "daemon/forest/node/meta_group.hpp"
#include "daemon/forest/node/node_events.hpp"
#include "daemon/forest/node/readiness.hpp"
#include "daemon/forest/node/transition.hpp"
#include "daemon/forest/retry.hpp"
#include "daemon/monitor/parse.hpp"
#include "daemon/runtime/backoff.hpp"

namespace morpheus {
namespace {

constexpr int polls_to_be_ready = 2;  // in a row
// How long one node's word may stand against a new one's. Answers of a moment differ while a node joins, for seconds; what lasts is false.
constexpr Millis outvoted_after{30'000};

std::string stage_missed(NodeState stage, const std::string& why) {
  return fmt::format("never got past {}: {}", to_string(stage), why);
}

// planned -> creating. From here on a machine may exist.
void begin_creating(const ForestContext& context, Node node) {
  node.in_meta_group = node.role == NodeRole::core;
  store_state(context, node, NodeState::creating);
}

void begin_booting(const ForestContext& context, Node node, const Machine& machine) {
  take_machine(node, machine);
  store_state(context, node, NodeState::booting);
  context.poller.hurry();
}

asio::awaitable<Result<Machine>> ask_for_machine(const ForestContext& context, Node node) {
  const Forest forest = forest_of(context, node.forest_id);
  const auto spec = make_machine_spec(context, forest, node);
  if (!spec) co_return spec.error();
  const auto made = co_await context.provider_of(forest).create(*spec);
  if (made || made.error().code != ErrorCode::moved) co_return made;
  spdlog::info("{}: {}; it moves", node.name, made.error().message);
  const auto moved = co_await move_node(context, node);
  if (!moved) co_return moved.error();
  Error again{ErrorCode::unavailable, "it moved: " + made.error().message, made.error().hint};
  co_return again;
}

// creating -> booting, or failed.
asio::awaitable<void> create_machine(const ForestContext& context, Node node) {
  const Millis limit = context.provider_of(forest_of(context, node.forest_id)).stage_limits().create;
  auto waiting = begin_wait(context, WaitReason::machine, node);
  Backoff backoff;
  while (is_running(context, node.operation_id)) {
    const Node now = *context.store.node(node.id);
    const auto made = co_await ask_for_machine(context, now);
    if (!is_running(context, node.operation_id)) co_return;
    if (made) {
      begin_booting(context, *context.store.node(node.id), *made);
      co_return;
    }
    const Millis left = stage_time_left(context, node, limit);
    const bool again = co_await pause_before_retry(context, waiting, made.error(), backoff, left);
    if (!is_running(context, node.operation_id)) co_return;
    if (again) {  // what stands around the machine may be what is missing: somebody may have deleted it meanwhile
      const auto enclosed = co_await enclose_forest(context, forest_of(context, node.forest_id));
      if (!enclosed) spdlog::warn("{}: {}", node.name, describe(enclosed.error()));
    } else {
      Node failed = *context.store.node(node.id);
      store_state(context, failed, NodeState::failed, stage_missed(failed.state, describe(made.error())));
      co_return;
    }
  }
}

// What the machine says of itself while it boots, once for each thing that it says.
void tell(const ForestContext& context, const Node& node, const NodeObservation* seen, std::string& told) {
  if (!seen || seen->unknown.empty() || seen->unknown == told || !seen->unknown.starts_with(machine_says)) return;
  told = seen->unknown;
  Event event;
  event.kind = "node";
  event.forest = forest_of(context, node.forest_id).name;
  event.node = node.name;
  event.operation_id = node.operation_id;
  event.message = fmt::format("{}: {}", to_string(node.state), told);
  context.journal.record(std::move(event));
}

std::string why_not_booted(const NodeObservation* seen) {
  return seen && !seen->unknown.empty() ? seen->unknown : "its server was never seen";
}

// booting -> joining once its server answers under its own name, or failed.
asio::awaitable<void> await_boot(const ForestContext& context, Node node) {
  const Millis limit = context.provider_of(forest_of(context, node.forest_id)).stage_limits().boot;
  auto waiting = begin_wait(context, WaitReason::boot, node);
  std::string told;
  BootWatch watch(context, limit);
  while (is_running(context, node.operation_id)) {
    const NodeObservation* seen = context.observations.find(node.id);
    tell(context, node, seen, told);
    waiting.says(Error{ErrorCode::unavailable, watch.with_state(why_not_booted(seen)), ""});
    if (seen && seen->last.varz) {
      store_state(context, node, NodeState::joining);
      co_return;
    }
    if (stage_time_left(context, node, limit) == Millis{0}) {
      store_state(context, node, NodeState::failed, stage_missed(NodeState::booting, watch.with_state(why_not_booted(seen))));
      co_return;
    }
    const auto ended = co_await watch.look(node);
    if (!is_running(context, node.operation_id)) co_return;
    node = *context.store.node(node.id);  // its machine may have been made anew
    if (!ended.empty()) {
      store_state(context, node, NodeState::failed, stage_missed(NodeState::booting, ended));
      co_return;
    }
    co_await next_look(context);
  }
}

asio::awaitable<Missing> what_is_missing(const ForestContext& context, Node node) {
  Result<Jsz> leader = Error{ErrorCode::unavailable, "", ""};
  if (node.role == NodeRole::core) leader = co_await leader_view(context, forest_of(context, node.forest_id));
  co_return missing_to_join(node, context.store.nodes(node.forest_id), context.observations,
                            leader ? &*leader : nullptr);
}

// What one node's word has held up, and since when. It may say so at one poll and not at the next: only the new node's own answers, or
// two others', end it.
class Objection {
 public:
  void look(const Missing& missing, BootTime now) {
    if (missing.text.empty()) return;
    if (!missing.one_word) since_.reset();
    if (!missing.one_word) return;
    if (!since_) since_ = now;
    text_ = missing.text;
  }
  bool is_outvoted(BootTime now) const { return since_ && now - *since_ >= outvoted_after; }
  const std::string& text() const { return text_; }

 private:
  std::optional<BootTime> since_;
  std::string text_;
};

void record_outvoted(const ForestContext& context, const Node& node, const std::string& objection) {
  warn_of(context, node, fmt::format("taken as joined by its own answers, although {}: that is one node's word, and it stood alone for {} s", objection,
                              outvoted_after.count() / 1000));
}

// joining -> ready once it was joined on two polls running, or failed.
asio::awaitable<void> await_join(const ForestContext& context, Node node) {
  const Millis limit = context.provider_of(forest_of(context, node.forest_id)).stage_limits().join;
  auto waiting = begin_wait(context, WaitReason::join, node);
  std::int64_t last_poll = -1;
  int in_a_row = 0;
  BootWatch watch(context, limit);
  Objection objection;
  while (is_running(context, node.operation_id)) {
    const auto missing = co_await what_is_missing(context, node);
    if (!is_running(context, node.operation_id)) co_return;
    const NodeObservation* seen = context.observations.find(node.id);
    waiting.says(Error{ErrorCode::unavailable, missing.text.empty() ? "" : watch.with_state(missing.text), ""});
    const BootTime now = context.clock.boot();
    objection.look(missing, now);
    const bool outvoted = (missing.text.empty() || missing.one_word) && objection.is_outvoted(now);
    if (!missing.text.empty() && !outvoted) {
      in_a_row = 0;
    } else if (seen && seen->polls != last_poll) {
      last_poll = seen->polls;
      ++in_a_row;
    }
    if (in_a_row == polls_to_be_ready) {
      if (outvoted) record_outvoted(context, node, objection.text());
      store_state(context, node, NodeState::ready);
      co_return;
    }
    if (stage_time_left(context, node, limit) == Millis{0}) {
      store_state(context, node, NodeState::failed, stage_missed(NodeState::joining, watch.with_state(missing.text)));
      co_return;
    }
    const auto ended = co_await watch.look(node);
    if (!is_running(context, node.operation_id)) co_return;
    node = *context.store.node(node.id);  // its machine may have been made anew
    if (!ended.empty()) {
      store_state(context, node, NodeState::failed, stage_missed(NodeState::joining, ended));
      co_return;
    }
    co_await next_look(context);
  }
}

}  // namespace

asio::awaitable<void> provision(const ForestContext& context, std::int64_t node_id) {
  for (;;) {
    auto node = context.store.node(node_id);
    if (!node || !is_running(context, node->operation_id)) co_return;
    switch (node->state) {
      case NodeState::planned:
        begin_creating(context, *node);
        break;
      case NodeState::creating:
        co_await create_machine(context, *node);
        break;
      case NodeState::booting:
        co_await await_boot(context, *node);
        break;
      case NodeState::joining:
        co_await await_join(context, *node);
        break;
      case NodeState::failed:
      case NodeState::draining:
      case NodeState::deleting:
        co_await decommission(context, node_id);
        break;
      case NodeState::ready:
      case NodeState::gone:
        co_return;
    }
  }
}

}  // namespace morpheus
