#pragma once

#include <boost/asio/awaitable.hpp>

#include "common/model/time.hpp"

namespace morpheus {

namespace asio = boost::asio;

// The one source of time. Simulated time is another implementation of it.
class Clock {
 public:
  virtual ~Clock() = default;

  virtual WallTime wall() const = 0;
  virtual BootTime boot() const = 0;
  virtual std::string boot_id() const = 0;

  // Returns at `deadline` or at once if it has passed; throws system_error(operation_aborted) when cancelled.
  virtual asio::awaitable<void> sleep_until(BootTime deadline) = 0;

  asio::awaitable<void> sleep_for(Millis duration);
  Stamp stamp() const;
};

}  // namespace morpheus
