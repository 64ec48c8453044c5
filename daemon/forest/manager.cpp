#include "daemon/forest/manager.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>

#include "daemon/forest/operation.hpp"
#include "daemon/runtime/backoff.hpp"
#include "daemon/store/duty.hpp"

namespace morpheus {

ForestManager::ForestManager(ForestContext context)
    : context_(std::move(context)), reconciler_(context_), contradictions_(context_), tasks_(context_.executor), performed_(context_.executor), looks_(context_, tasks_) {}

asio::awaitable<void> ForestManager::run() {
  co_await carry_over();
  tasks_.spawn("decisions", decide_for_ever());
  tasks_.spawn("reconciling", reconciler_.run());
  co_await tasks_.join();
}

asio::awaitable<void> ForestManager::carry_over() {
  bool done = false;
  while (!done) {
    try {
      context_.store.carry_over(context_.clock.stamp());
      if (may_act(context_.store)) take_up_all();
      done = true;
    } catch (const StoreError& error) {
      spdlog::error("nothing is taken up yet: {}", error.what());
    }
    if (!done) co_await context_.clock.sleep_for(context_.config.monitor.poll_interval);
  }
}

void ForestManager::take_up_all() {
  for (const Operation& operation : context_.store.running_operations()) take_up(operation);
}

void ForestManager::take_up(const Operation& operation) {
  Event event;
  event.kind = "operation";
  event.forest = operation.forest;
  event.operation_id = operation.id;
  event.message = fmt::format("{} #{} is taken up again", to_string(operation.kind), operation.id);
  context_.journal.record_or_log(std::move(event));
  start(operation);
}

void ForestManager::start(const Operation& operation) {
  if (!performing_.emplace(operation.id, operation.forest_id).second) return;  // asked for before run() took up what is running
  tasks_.spawn(fmt::format("operation #{}", operation.id), perform(operation.id, operation.forest_id));
  context_.poller.hurry();
}

bool ForestManager::has_earlier(std::int64_t operation_id, std::int64_t forest_id) const {
  return std::ranges::any_of(performing_, [&](const auto& each) {
    return each.first < operation_id && each.second == forest_id;
  });
}

asio::awaitable<void> ForestManager::perform(std::int64_t operation_id, std::int64_t forest_id) {
  auto seen = performed_.count();
  while (has_earlier(operation_id, forest_id)) {
    co_await performed_.wait_past(seen);
    seen = performed_.count();
  }
  Backoff backoff;
  std::string refused;
  do {
    refused.clear();
    try {
      co_await run_operation(context_, operation_id);
    } catch (const StoreError& error) {
      refused = error.what();
    }
    if (!refused.empty()) {
      const Millis pause = backoff.next();
      spdlog::error("operation #{}: {}; again in {} s", operation_id, refused, pause.count() / 1000);
      co_await context_.clock.sleep_for(pause);
    }
  } while (!refused.empty());
  looks_.forget();
  performing_.erase(operation_id);
  performed_.notify();
}

Operation ForestManager::new_operation(const Forest& forest, OperationKind kind, const Caller& caller,
                                       std::string reason) const {
  Operation operation;
  operation.forest_id = forest.id;
  operation.forest = forest.name;
  operation.kind = kind;
  operation.caller = caller;
  operation.reason = std::move(reason);
  operation.started = context_.clock.stamp();
  return operation;
}

void ForestManager::record_command(const Caller& caller, const std::string& forest, const std::string& node,
                                   const std::string& what) {
  Event event = command_event(caller, what);
  event.forest = forest;
  event.node = node;
  context_.journal.record(std::move(event));
}

}  // namespace morpheus
