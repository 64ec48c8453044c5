#include "daemon/runtime/task_group.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>

namespace morpheus {
namespace {

bool is_cancellation(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const boost::system::system_error& e) {
    return e.code() == asio::error::operation_aborted;
  } catch (...) {
    return false;
  }
}

}  // namespace

TaskGroup::TaskGroup(asio::any_io_executor executor) : executor_(std::move(executor)), changed_(executor_) {}

TaskGroup::~TaskGroup() = default;

void TaskGroup::spawn(std::string name, asio::awaitable<void> task) {
  if (cancelled_) return;
  tasks_.emplace_back();
  const Handle handle = std::prev(tasks_.end());
  handle->name = std::move(name);
  asio::co_spawn(executor_, std::move(task),
                 asio::bind_cancellation_slot(handle->cancel.slot(), [this, handle](std::exception_ptr error) {
                   ended(handle, error);
                 }));
}

void TaskGroup::cancel() {
  if (cancelled_) return;
  cancelled_ = true;
  // A task may end inside emit() and leave the list, and so may others that it woke: start over after each.
  for (;;) {
    const auto task = std::ranges::find_if(tasks_, [](const Task& each) { return !each.told; });
    if (task == tasks_.end()) return;
    task->told = true;
    task->cancel.emit(asio::cancellation_type::terminal);
  }
}

asio::awaitable<void> TaskGroup::join() {
  std::exception_ptr interrupted;
  while (!tasks_.empty()) {
    const auto seen = changed_.count();
    try {
      co_await changed_.wait_past(seen);
    } catch (const boost::system::system_error&) {
      interrupted = std::current_exception();
    }
    if (interrupted) {
      cancel();
      co_await asio::this_coro::reset_cancellation_state();
    }
  }
  if (first_error_) std::rethrow_exception(std::exchange(first_error_, nullptr));
  if (interrupted) std::rethrow_exception(interrupted);
}

std::vector<std::string> TaskGroup::names() const {
  std::vector<std::string> names;
  for (const Task& task : tasks_) names.push_back(task.name);
  return names;
}

void TaskGroup::ended(Handle task, const std::exception_ptr& error) {
  const std::string name = std::move(task->name);
  tasks_.erase(task);
  if (error && !(cancelled_ && is_cancellation(error)) && !first_error_) {
    first_error_ = error;
    cancel();
  }
  changed_.notify();
}

}  // namespace morpheus
