#include "tests/sim/sim_clock.hpp"

#include <algorithm>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>
#include <cassert>

namespace morpheus {

// A sleeper's entry, for as long as its coroutine's frame lives.
class SimClock::Place {
 public:
  Place(SimClock& clock, Key key, Sleeper sleeper) : clock_(clock), key_(key) {
    clock_.sleepers_.emplace(key_, sleeper);
  }
  ~Place() { clock_.sleepers_.erase(key_); }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;

 private:
  SimClock& clock_;
  Key key_;
};

asio::awaitable<void> SimClock::sleep_until(BootTime deadline) {
  const auto executor = co_await asio::this_coro::executor;
  if (deadline <= boot_) co_return;
  asio::steady_timer never(executor, asio::steady_timer::time_point::max());
  bool fired = false;
  const Place place(*this, Key(deadline, sequence_++), Sleeper{&never, &fired});
  boost::system::error_code error;
  co_await never.async_wait(asio::redirect_error(asio::use_awaitable, error));
  if (!fired) throw boost::system::system_error(error);
}

bool SimClock::advance() {
  if (sleepers_.empty()) return false;
  const auto [key, sleeper] = *sleepers_.begin();
  sleepers_.erase(sleepers_.begin());
  if (key.first > boot_) pass(key.first - boot_);
  *sleeper.fired = true;
  sleeper.never->cancel();
  return true;
}

BootTime SimClock::next_deadline() const {
  return sleepers_.empty() ? BootTime::max() : std::max(boot_, sleepers_.begin()->first.first);
}

void SimClock::pass(Millis duration) {
  boot_ += duration;
  wall_ += duration;
  passed_ += duration;
}

void SimClock::reboot(Millis downtime) {
  assert(sleepers_.empty());
  ++boots_;
  boot_ = BootTime{};
  wall_ += downtime;
  passed_ += downtime;
}

void run_until_idle(asio::io_context& loop) {
  do {
    loop.restart();
  } while (loop.poll() > 0);
}

bool run_until(asio::io_context& loop, SimClock& clock, Millis limit, const std::function<bool()>& done) {
  const BootTime deadline = clock.boot() + limit;
  for (;;) {
    run_until_idle(loop);
    if (done()) return true;
    if (clock.next_deadline() > deadline) return false;
    clock.advance();
  }
}

}  // namespace morpheus
