#include "daemon/systemd/bus.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <spdlog/spdlog.h>

#include <boost/asio/error.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <limits>
#include <system_error>
#include <utility>

#include "daemon/runtime/backoff.hpp"
#include "daemon/runtime/task_group.hpp"
#include "daemon/runtime/timeout.hpp"

namespace morpheus {
namespace {

constexpr std::uint64_t no_limit = std::numeric_limits<std::uint64_t>::max();  // the Clock limits calls

struct ReleaseSlot {
  void operator()(sd_bus_slot* slot) const { ::sd_bus_slot_unref(slot); }
};

// The answer to a call, when it has come.
struct Answer {
  Signal come;
  BusMessage message;
};

int take_answer(sd_bus_message* message, void* answer, sd_bus_error*) {
  auto& mine = *static_cast<Answer*>(answer);
  mine.message.reset(::sd_bus_message_ref(message));
  mine.come.notify();
  return 1;
}

int note_subscribed(sd_bus_message* message, void*, sd_bus_error*) {
  const sd_bus_error* error = ::sd_bus_message_get_error(message);
  if (error) spdlog::warn("D-Bus: a signal is not subscribed to: {}", error->message);
  return 1;
}

Error bus_error(int error_number) {
  return Error{ErrorCode::unavailable, fmt::format("D-Bus: {}", std::strerror(error_number)), ""};
}

Error refusal(const sd_bus_error& error) {
  const std::string_view name = error.name ? error.name : "";
  ErrorCode code = ErrorCode::failed;
  if (name == SD_BUS_ERROR_ACCESS_DENIED || name == SD_BUS_ERROR_INTERACTIVE_AUTHORIZATION_REQUIRED) code = ErrorCode::denied;
  for (const std::string_view absent : {SD_BUS_ERROR_NO_REPLY, SD_BUS_ERROR_SERVICE_UNKNOWN, SD_BUS_ERROR_NAME_HAS_NO_OWNER,
                                        SD_BUS_ERROR_TIMEOUT, SD_BUS_ERROR_DISCONNECTED}) {
    if (name == absent) code = ErrorCode::unavailable;
  }
  const char* hint = code == ErrorCode::denied ? "polkitd and its rule morpheus.rules give user morpheus the right" : "";
  return Error{code, fmt::format("{}", error.message ? error.message : name), hint};
}

}  // namespace

Bus::Bus(const asio::any_io_executor& executor, Clock& clock)
    : clock_(clock), descriptor_(executor), timer_(executor), wanted_(executor), connected_(executor) {}

Bus::~Bus() { close(); }

asio::awaitable<void> Bus::run() {
  Backoff backoff;
  bool told = false;
  for (;;) {
    ready_ = false;
    const auto opened = open();
    std::string lost = opened ? "" : opened.error().message;
    if (opened) lost = co_await drive();
    close();
    if (ready_) backoff = Backoff();
    if (ready_ || !told) spdlog::warn("{}: nothing is asked of systemd and logind until it is there", lost);
    told = true;
    co_await clock_.sleep_for(backoff.next());
  }
}

// Connects and returns: what sd-bus has to say to the bus first is said in the steps.
Result<> Bus::open() {
  sd_bus* bus = nullptr;
  if (const int error = ::sd_bus_open_system(&bus); error < 0) return bus_error(-error);
  bus_.reset(bus);
  const int copy = ::fcntl(::sd_bus_get_fd(bus), F_DUPFD_CLOEXEC, 0);
  if (copy < 0) return bus_error(errno);
  descriptor_.assign(copy);
  for (Subscription& subscription : subscriptions_) subscribe(subscription);
  connected_.notify();
  return {};
}

void Bus::close() {
  descriptor_.close();
  bus_.reset();
}

asio::awaitable<std::string> Bus::drive() {
  TaskGroup tasks(descriptor_.get_executor());
  tasks.spawn("bus: read", read());
  tasks.spawn("bus: write", write());
  tasks.spawn("bus: time", keep_time());
  rearm();
  std::string lost;
  try {
    co_await tasks.join();
  } catch (const std::system_error& error) {
    lost = fmt::format("D-Bus: {}", error.code().message());
  } catch (const boost::system::system_error& error) {
    if (error.code() == asio::error::operation_aborted) throw;
    lost = fmt::format("D-Bus: {}", error.code().message());
  }
  co_return lost;
}

asio::awaitable<void> Bus::read() {
  for (;;) {
    co_await descriptor_.async_wait(asio::posix::stream_descriptor::wait_read, asio::use_awaitable);
    step();
  }
}

asio::awaitable<void> Bus::write() {
  for (;;) {
    const auto seen = wanted_.count();
    const int events = ::sd_bus_get_events(bus_.get());
    if (events > 0 && (events & POLLOUT)) {
      co_await descriptor_.async_wait(asio::posix::stream_descriptor::wait_write, asio::use_awaitable);
      step();
    } else {
      co_await wanted_.wait_past(seen);
    }
  }
}

asio::awaitable<void> Bus::keep_time() {
  for (;;) {
    const auto seen = wanted_.count();
    boost::system::error_code woken;
    co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, woken));
    if (!woken) {
      step();
    } else if (wanted_.count() == seen) {
      throw boost::system::system_error(woken);
    }
  }
}

void Bus::step() {
  for (int i = 0; i < most_messages; ++i) {
    const int done = ::sd_bus_process(bus_.get(), nullptr);
    if (done < 0) throw std::system_error(-done, std::generic_category());
    if (done == 0) break;
  }
  ready_ = ready_ || ::sd_bus_is_ready(bus_.get()) > 0;
  rearm();
}

void Bus::rearm() {
  std::uint64_t due = no_limit;
  ::sd_bus_get_timeout(bus_.get(), &due);
  using Time = asio::steady_timer::time_point;
  const bool never = due > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()) / 1'000;
  wanted_.notify();
  timer_.expires_at(never ? Time::max() : Time(std::chrono::microseconds(due)));
}

asio::awaitable<Result<BusMessage>> Bus::call(BusObject object, std::string method, Fill fill, Millis limit) {
  auto message = new_call(object, method, fill);
  if (!message) co_return message.error();
  Answer answer{Signal(timer_.get_executor()), nullptr};
  sd_bus_slot* slot = nullptr;
  const int sent = ::sd_bus_call_async(bus_.get(), &slot, message->get(), take_answer, &answer, no_limit);
  if (sent < 0) co_return bus_error(-sent);
  const std::unique_ptr<sd_bus_slot, ReleaseSlot> pending(slot);
  rearm();
  const bool come = co_await finishes_within(clock_, limit, answer.come.wait_past(0));
  if (!come) {
    Error late{ErrorCode::unavailable, fmt::format("{} does not answer within {} ms", object.name, limit.count()), ""};
    co_return late;
  }
  const sd_bus_error* error = ::sd_bus_message_get_error(answer.message.get());
  if (error) co_return refusal(*error);
  co_return std::move(answer.message);
}

Result<BusMessage> Bus::new_call(const BusObject& object, const std::string& method, const Fill& fill) {
  if (!bus_) return Error{ErrorCode::unavailable, "there is no D-Bus", ""};
  sd_bus_message* raw = nullptr;
  const int made = ::sd_bus_message_new_method_call(bus_.get(), &raw, object.name, object.path, object.interface, method.c_str());
  if (made < 0) return bus_error(-made);
  BusMessage message(raw);
  const int filled = fill(raw);
  if (filled < 0) return bus_error(-filled);
  return message;
}

void Bus::on_signal(BusObject object, std::string member, Handler handler) {
  subscriptions_.push_back({object, std::move(member), std::move(handler)});
  if (bus_) subscribe(subscriptions_.back());
}

void Bus::subscribe(Subscription& subscription) {
  const auto tell = [](sd_bus_message* message, void* mine, sd_bus_error*) {
    static_cast<Subscription*>(mine)->handler(message);
    return 0;
  };
  const BusObject& object = subscription.object;
  // Without a slot of its own the match lives as long as the connection.
  const int error = ::sd_bus_match_signal_async(bus_.get(), nullptr, object.name, object.path, object.interface,
                                                subscription.member.c_str(), tell, note_subscribed, &subscription);
  if (error < 0) spdlog::warn("D-Bus: {} is not subscribed to: {}", subscription.member, std::strerror(-error));
}

}  // namespace morpheus
