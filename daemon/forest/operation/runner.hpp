#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>

#include "daemon/forest/context.hpp"
#include "daemon/runtime/signal.hpp"
#include "daemon/runtime/task_group.hpp"

namespace morpheus {

// Carries operations out, one a forest at a time, and takes up after a restart what was running.
class OperationRunner {
 public:
  // `after_crash`: the daemon before this one ended by a fault of its own. `performed` is called after each operation that has ended or
  // was left.
  OperationRunner(const ForestContext& context, TaskGroup& tasks, bool after_crash, std::function<void()> performed);

  // Performs the operation, which is stored as running; does nothing if it is performed already.
  void start(const Operation& operation);

  // Starts every operation that the store says is running and that is not parked.
  void take_up_all();

  // Coroutines of operations that have not ended, even if the operations have.
  bool is_idle() const { return performing_.empty(); }
  asio::awaitable<void> until_idle();

 private:
  // Why an attempt at an operation ended before the operation did.
  struct Trouble {
    bool is_fault = false;  // of the program or of this computer; else the database refused
    Error error;
  };

  void take_up(const Operation& operation);
  // Runs an operation once the forest's earlier one has ended, until it has ended too or is parked.
  asio::awaitable<void> perform(Operation operation);
  asio::awaitable<void> until_turn(Operation operation);
  asio::awaitable<void> try_until_ended(Operation operation);
  asio::awaitable<std::optional<Trouble>> try_once(std::int64_t operation_id);
  bool is_tried(std::int64_t operation_id) const;  // it has not ended, and is not parked, as far as is known
  void settle_trouble(std::int64_t operation_id, const Trouble& trouble);
  bool has_earlier(std::int64_t operation_id, std::int64_t forest_id) const;

  const ForestContext& context_;
  TaskGroup& tasks_;
  bool after_crash_;  // until what was at work then is taken up
  std::function<void()> on_performed_;
  std::map<std::int64_t, std::int64_t> performing_;  // operation -> forest, of the coroutines that have not ended
  Signal performed_;
};

}  // namespace morpheus
