#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <exception>
#include <list>
#include <string>
#include <vector>

#include "daemon/runtime/signal.hpp"

namespace morpheus {

// Coroutines with an owner: each is spawned here, cancelled here, and joined here. The first exception (other than a
// cancellation that was asked for) is kept and rethrown by join(), and cancels the rest.
class TaskGroup {
 public:
  explicit TaskGroup(asio::any_io_executor executor);
  // Tasks that still run then must never be resumed: join() first, or throw the whole loop away.
  ~TaskGroup();

  TaskGroup(const TaskGroup&) = delete;
  TaskGroup& operator=(const TaskGroup&) = delete;

  // Starts `task`; `name` is for the log. Ignored after cancel().
  void spawn(std::string name, asio::awaitable<void> task);

  // Asks every task to end. Each ends at its next suspension.
  void cancel();
  bool is_cancelled() const { return cancelled_; }

  // Returns when no task is left; rethrows the first exception. When the caller is cancelled meanwhile, the tasks are
  // cancelled and still waited for, and the cancellation comes through then.
  asio::awaitable<void> join();

  std::size_t running() const { return tasks_.size(); }
  // The names of those that run, in order of their start.
  std::vector<std::string> names() const;

 private:
  struct Task {
    std::string name;
    bool told = false;  // was asked to end
    asio::cancellation_signal cancel;
  };
  using Handle = std::list<Task>::iterator;

  void ended(Handle task, const std::exception_ptr& error);

  asio::any_io_executor executor_;
  std::list<Task> tasks_;  // a list: a signal's address must not change while its task runs
  bool cancelled_ = false;
  std::exception_ptr first_error_;
  Signal changed_;
};

}  // namespace morpheus
