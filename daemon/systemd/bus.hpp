#pragma once

#include <systemd/sd-bus.h>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <list>
#include <memory>
#include <string>

#include "common/error.hpp"
#include "common/model/time.hpp"
#include "daemon/runtime/clock.hpp"
#include "daemon/runtime/signal.hpp"
#include "daemon/systemd/bus_message.hpp"

namespace morpheus {

// The system bus (or what DBUS_SYSTEM_BUS_ADDRESS names), driven by the loop. Without one every call fails at once and nothing else
// happens; one that comes, or comes back, is connected to again. Not for use across threads.
class Bus {
 public:
  static constexpr int most_messages{64};  // in one turn of the loop

  Bus(const asio::any_io_executor& executor, Clock& clock);
  ~Bus();
  Bus(const Bus&) = delete;
  Bus& operator=(const Bus&) = delete;

  // Keeps the connection, until cancelled. That there is no bus, or that it went away, is a line of the log, once each time.
  asio::awaitable<void> run();

  // There is a connection, as far as one can tell without asking.
  bool is_open() const { return bus_ != nullptr; }

  // Notified at each connection: what was seen on the one before may be out of date.
  Signal& connected() { return connected_; }

  // Calls `method`; `fill` puts in its arguments and returns less than 0 on failure (-errno). unavailable: there is no bus, nobody of
  // that name, or no answer within `limit`, and the call may have been carried out; denied: not permitted; failed: any other answer.
  using Fill = std::function<int(sd_bus_message*)>;
  asio::awaitable<Result<BusMessage>> call(BusObject object, std::string method, Fill fill, Millis limit);

  // From now on, over all connections, `handler` gets each signal `member` of that object. It must not throw.
  using Handler = std::function<void(sd_bus_message*)>;
  void on_signal(BusObject object, std::string member, Handler handler);

 private:
  struct Close {
    void operator()(sd_bus* bus) const { ::sd_bus_close_unref(bus); }
  };
  struct Subscription {
    BusObject object;
    std::string member;
    Handler handler;
  };

  Result<> open();
  void subscribe(Subscription& subscription);
  Result<BusMessage> new_call(const BusObject& object, const std::string& method, const Fill& fill);
  // Returns when the connection is lost: why.
  asio::awaitable<std::string> drive();
  asio::awaitable<void> read();
  asio::awaitable<void> write();
  asio::awaitable<void> keep_time();
  // Takes what has come and sends what waits; throws std::system_error when the connection is lost.
  void step();
  // Lets write() and keep_time() look at what sd-bus wants now.
  void rearm();
  void close();

  Clock& clock_;
  asio::posix::stream_descriptor descriptor_;  // of a copy: sd-bus closes its own in the middle of a step
  asio::steady_timer timer_;                   // of CLOCK_MONOTONIC, as sd-bus counts
  Signal wanted_;
  Signal connected_;
  std::list<Subscription> subscriptions_;  // a list: sd-bus keeps their addresses
  std::unique_ptr<sd_bus, Close> bus_;
  bool ready_ = false;  // the bus has greeted this connection
};

}  // namespace morpheus
