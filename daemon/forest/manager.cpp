#include "daemon/forest/manager.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>

#include "daemon/forest/node/transition.hpp"
#include "daemon/forest/operation/attempts.hpp"
#include "daemon/forest/operation/run.hpp"
#include "daemon/runtime/backoff.hpp"
#include "daemon/store/duty.hpp"

namespace morpheus {

ForestManager::ForestManager(ForestContext context, bool after_crash)
    : context_(std::move(context)),
      after_crash_(after_crash),
      reconciler_(context_),
      contradictions_(context_),
      tasks_(context_.executor),
      performed_(context_.executor),
      looks_(context_, tasks_) {}

asio::awaitable<void> ForestManager::run() {
  tasks_.spawn("waits", context_.waits.run());
  tasks_.spawn("shutdown", watch_gate());
  co_await carry_over();
  tasks_.spawn("decisions", decide_for_ever());
  tasks_.spawn("reconciling", reconciler_.run());
  co_await tasks_.join();
}

asio::awaitable<void> ForestManager::watch_gate() {
  std::optional<Waits::Waiting> held;
  for (;;) {
    const auto seen = context_.gate.changed().count();
    if (!context_.gate.held()) held.reset();
    if (context_.gate.held() && !held) {
      held.emplace(context_.waits.begin(WaitReason::shutdown, ""));
      held->says(Error{ErrorCode::unavailable, "no step is begun meanwhile", "morpheusd goes on when the shutdown is called off, or at its next start"});
    }
    co_await context_.gate.changed().wait_past(seen);
  }
}

asio::awaitable<void> ForestManager::carry_over() {
  auto waiting = context_.waits.begin(WaitReason::store, "");
  Backoff backoff;
  for (;;) {
    Error refused;
    try {
      context_.store.carry_over(context_.clock.stamp());
      if (may_act(context_.store)) take_up_all();
      co_return;
    } catch (const std::exception& error) {
      refused.message = error.what();
    }
    co_await pause_before_retry(context_, waiting, refused, backoff);
  }
}

void ForestManager::take_up_all() {
  Store::Transaction transaction(context_.store);
  for (const Operation& operation : context_.store.running_operations()) settle_attempt(context_, operation, after_crash_);
  transaction.commit();
  after_crash_ = false;
  for (const Operation& operation : context_.store.running_operations()) {
    if (operation.parked.empty()) take_up(operation);
  }
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
  tasks_.spawn(fmt::format("operation #{}", operation.id), perform(operation));
  context_.poller.hurry();
}

bool ForestManager::has_earlier(std::int64_t operation_id, std::int64_t forest_id) const {
  return std::ranges::any_of(performing_, [&](const auto& each) {
    return each.first < operation_id && each.second == forest_id;
  });
}

asio::awaitable<void> ForestManager::perform(Operation operation) {
  co_await until_turn(operation);
  co_await try_until_ended(operation);
  looks_.forget();
  performing_.erase(operation.id);
  performed_.notify();
}

asio::awaitable<void> ForestManager::until_turn(Operation operation) {
  auto waiting = context_.waits.begin(WaitReason::turn, operation);
  auto seen = performed_.count();
  while (has_earlier(operation.id, operation.forest_id)) {
    co_await performed_.wait_past(seen);
    seen = performed_.count();
  }
}

asio::awaitable<void> ForestManager::try_until_ended(Operation operation) {
  std::optional<Waits::Waiting> refused;
  Backoff backoff;
  for (;;) {
    const auto trouble = co_await try_once(operation.id);
    if (!trouble || !is_tried(operation.id)) co_return;
    if (trouble->is_fault) {
      refused.reset();
      co_await context_.clock.sleep_for(backoff.next());
      continue;
    }
    if (!refused) refused.emplace(context_.waits.begin(WaitReason::store, operation));
    co_await pause_before_retry(context_, *refused, trouble->error, backoff);
  }
}

bool ForestManager::is_tried(std::int64_t operation_id) const {
  try {
    const auto operation = context_.store.operation(operation_id);
    return operation && operation->state == OperationState::running && operation->parked.empty();
  } catch (const StoreError& error) {
    spdlog::error("operation #{}: {}", operation_id, error.what());
    return true;
  }
}

// An exception ends this attempt, and nothing else.
asio::awaitable<std::optional<ForestManager::Trouble>> ForestManager::try_once(std::int64_t operation_id) {
  std::optional<Trouble> trouble;
  try {
    if (begin_attempt(context_, operation_id)) {
      co_await run_operation(context_, operation_id);
      forgive_attempt(context_, operation_id);
    }
  } catch (const StoreError& error) {
    trouble.emplace(Trouble{false, Error{ErrorCode::unavailable, error.what(), ""}});
  } catch (const std::exception& error) {
    if (tasks_.is_cancelled()) throw;
    trouble.emplace(Trouble{true, Error{ErrorCode::failed, error.what(), ""}});
  }
  if (trouble) settle_trouble(operation_id, *trouble);
  co_return trouble;
}

void ForestManager::settle_trouble(std::int64_t operation_id, const Trouble& trouble) {
  try {
    if (trouble.is_fault) {
      note_fault(context_, operation_id, trouble.error.message);
    } else {
      forgive_attempt(context_, operation_id);
    }
  } catch (const StoreError& error) {
    spdlog::error("operation #{}: how its attempt ended is not stored: {}", operation_id, error.what());
  }
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
