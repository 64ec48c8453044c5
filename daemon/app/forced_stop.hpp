#pragma once

#include <boost/asio/steady_timer.hpp>

#include "daemon/runtime/clock.hpp"
#include "daemon/runtime/task_group.hpp"

namespace morpheus {

// What does not end in time is left as kill -9 would leave it: all that matters is stored before it is acted on.
class ForcedStop {
 public:
  ForcedStop(const asio::any_io_executor& executor, const TaskGroup& tasks, Millis limit);

  // From now on the tasks have `limit` to end; then the log names those that have not, and the process ends with status 1.
  void arm();
  void disarm();

 private:
  void expired(const boost::system::error_code& cancelled) const;

  asio::steady_timer deadline_;
  const TaskGroup& tasks_;
  Millis limit_;
};

}  // namespace morpheus
