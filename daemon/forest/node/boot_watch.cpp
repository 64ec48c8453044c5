#include "daemon/forest/node/boot_watch.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "daemon/forest/node/machine_spec.hpp"
#include "daemon/forest/node/node_events.hpp"
#include "daemon/forest/node/transition.hpp"

namespace morpheus {
BootWatch::BootWatch(const ForestContext& context, Millis limit)
    : context_(context), pause_(std::min(first_look, limit / 4)), next_(context.clock.boot() + pause_) {}

asio::awaitable<std::string> BootWatch::look(Node node) {
  if (context_.clock.boot() < next_) co_return "";
  const MachineRef meant = machine_of(node);
  const auto machine = co_await context_.provider_of(forest_of(context_, node.forest_id)).look(meant);
  pause_ = std::min(pause_ * 2, longest_pause);
  next_ = context_.clock.boot() + pause_;
  trouble_ = machine ? "" : fmt::format("how its machine is, is not known: {}", describe(machine.error()));
  if (!machine) co_return "";
  if (!*machine) co_return "its machine does not exist any more; somebody else deleted it";
  state_ = (*machine)->state;
  const bool start_it = !(*machine)->running && !started_ && is_running(context_, node.operation_id);
  if (start_it) co_await start(node);
  co_return "";
}

// The provider starts what the same intent made.
asio::awaitable<void> BootWatch::start(Node node) {
  started_ = true;
  warn_of(context_, node, fmt::format("its machine is {} and is started", state_.empty() ? "down" : state_));
  const Forest forest = forest_of(context_, node.forest_id);
  const auto spec = make_machine_spec(context_, forest, node);
  if (!spec) {
    trouble_ = fmt::format("its machine is not started: {}", describe(spec.error()));
    co_return;
  }
  const auto made = co_await context_.provider_of(forest).create(*spec);
  if (!made) {
    trouble_ = fmt::format("its machine is not started: {}", describe(made.error()));
    co_return;
  }
  state_ = made->state;
  auto now = context_.store.node(node.id);
  if (!now || made->id == now->machine_id || !is_running(context_, node.operation_id)) co_return;
  take_machine(*now, *made);  // it had vanished, and was made anew
  context_.store.update_node(*now);
}

std::string BootWatch::with_state(const std::string& why) const {
  std::string text = state_.empty() ? why : fmt::format("{} (the machine is {}{})", why, state_, started_ ? ", after it was started once" : "");
  return trouble_.empty() ? text : fmt::format("{}; {}", text, trouble_);
}

}  // namespace morpheus
