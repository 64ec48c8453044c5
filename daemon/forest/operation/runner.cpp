#include "daemon/forest/operation/runner.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

#include "daemon/forest/operation/attempts.hpp"
#include "daemon/forest/operation/grow.hpp"
#include "daemon/forest/operation/plant.hpp"
#include "daemon/forest/operation/shrink.hpp"
#include "daemon/forest/operation/teardown.hpp"
#include "daemon/forest/retry.hpp"
#include "daemon/runtime/backoff.hpp"

namespace morpheus {
namespace {

// Carries a stored operation on from where the store says it is, to its end.
asio::awaitable<void> run_operation(const ForestContext& context, std::int64_t operation_id) {
  const auto operation = context.store.operation(operation_id);
  if (!operation || operation->state != OperationState::running) co_return;
  switch (operation->kind) {
    case OperationKind::plant:
      co_await plant(context, *operation);
      break;
    case OperationKind::grow:
      co_await grow(context, *operation);
      break;
    case OperationKind::shrink:
      co_await shrink(context, *operation);
      break;
    case OperationKind::teardown:
      co_await tear_down(context, *operation);
      break;
  }
}

}  // namespace

OperationRunner::OperationRunner(const ForestContext& context, TaskGroup& tasks, bool after_crash, std::function<void()> performed)
    : context_(context), tasks_(tasks), after_crash_(after_crash), on_performed_(std::move(performed)), performed_(context.executor) {}

void OperationRunner::take_up_all() {
  Store::Transaction transaction(context_.store);
  for (const Operation& operation : context_.store.running_operations()) settle_attempt(context_, operation, after_crash_);
  transaction.commit();
  after_crash_ = false;
  for (const Operation& operation : context_.store.running_operations()) {
    if (operation.parked.empty()) take_up(operation);
  }
}

void OperationRunner::take_up(const Operation& operation) {
  Event event;
  event.kind = "operation";
  event.forest = operation.forest;
  event.operation_id = operation.id;
  event.message = fmt::format("{} #{} is taken up again", to_string(operation.kind), operation.id);
  context_.journal.record_or_log(std::move(event));
  start(operation);
}

void OperationRunner::start(const Operation& operation) {
  if (!performing_.emplace(operation.id, operation.forest_id).second) return;  // asked for before run() took up what is running
  tasks_.spawn(fmt::format("operation #{}", operation.id), perform(operation));
  context_.poller.hurry();
}

bool OperationRunner::has_earlier(std::int64_t operation_id, std::int64_t forest_id) const {
  return std::ranges::any_of(performing_, [&](const auto& each) {
    return each.first < operation_id && each.second == forest_id;
  });
}

asio::awaitable<void> OperationRunner::perform(Operation operation) {
  co_await until_turn(operation);
  co_await try_until_ended(operation);
  on_performed_();
  performing_.erase(operation.id);
  performed_.notify();
}

asio::awaitable<void> OperationRunner::until_turn(Operation operation) {
  auto waiting = context_.waits.begin(WaitReason::turn, operation);
  auto seen = performed_.count();
  while (has_earlier(operation.id, operation.forest_id)) {
    co_await performed_.wait_past(seen);
    seen = performed_.count();
  }
}

asio::awaitable<void> OperationRunner::try_until_ended(Operation operation) {
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

bool OperationRunner::is_tried(std::int64_t operation_id) const {
  try {
    const auto operation = context_.store.operation(operation_id);
    return operation && operation->state == OperationState::running && operation->parked.empty();
  } catch (const StoreError& error) {
    spdlog::error("operation #{}: {}", operation_id, error.what());
    return true;
  }
}

// An exception ends this attempt, and nothing else.
asio::awaitable<std::optional<OperationRunner::Trouble>> OperationRunner::try_once(std::int64_t operation_id) {
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

void OperationRunner::settle_trouble(std::int64_t operation_id, const Trouble& trouble) {
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

asio::awaitable<void> OperationRunner::until_idle() {
  auto seen = performed_.count();
  while (!is_idle()) {
    co_await performed_.wait_past(seen);
    seen = performed_.count();
  }
}

}  // namespace morpheus
