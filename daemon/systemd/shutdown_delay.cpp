#include "daemon/systemd/shutdown_delay.hpp"

#include <fcntl.h>
#include <spdlog/spdlog.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "daemon/runtime/task_group.hpp"
#include "daemon/runtime/timeout.hpp"

namespace morpheus {
namespace {

constexpr BusObject logind{"org.freedesktop.login1", "/org/freedesktop/login1", "org.freedesktop.login1.Manager"};
constexpr BusObject properties_of_logind{logind.name, logind.path, "org.freedesktop.DBus.Properties"};

int fill_inhibit(sd_bus_message* message) {
  return ::sd_bus_message_append(message, "ssss", "shutdown", "Morpheus", "A step of creating or deleting machines is being stored",
                                 "delay");
}

int fill_property(sd_bus_message* message) { return ::sd_bus_message_append(message, "ss", logind.interface, "PreparingForShutdown"); }

// The descriptor is the message's, and goes with it.
Descriptor take_descriptor(sd_bus_message* message) {
  int fd = -1;
  if (::sd_bus_message_read(message, "h", &fd) < 0) return Descriptor();
  return Descriptor(::fcntl(fd, F_DUPFD_CLOEXEC, 0));
}

}  // namespace

ShutdownDelay::ShutdownDelay(const asio::any_io_executor& executor, Clock& clock, Bus& bus, const Store& store, Journal& journal,
                             StepGate& gate)
    : executor_(executor), clock_(clock), bus_(bus), store_(store), journal_(journal), gate_(gate), told_(executor) {
  bus_.on_signal(logind, "PrepareForShutdown", [this](sd_bus_message* message) {
    int coming = 0;
    if (::sd_bus_message_read(message, "b", &coming) > 0) learn(coming != 0);
  });
}

asio::awaitable<void> ShutdownDelay::run() {
  TaskGroup tasks(executor_);
  tasks.spawn("operations", follow_operations());
  tasks.spawn("shutdown", follow_shutdown());
  tasks.spawn("connections", ask_at_each_connection());
  co_await tasks.join();
}

asio::awaitable<void> ShutdownDelay::follow_operations() {
  for (;;) {
    const auto seen = journal_.news().count();
    const bool at_work = is_at_work();
    if (at_work && delay_.get() < 0 && !gate_.held()) co_await take();
    if (!at_work) delay_ = Descriptor();
    co_await journal_.news().wait_past(seen);
  }
}

// A database that cannot be read now changes nothing about the delay.
bool ShutdownDelay::is_at_work() const {
  try {
    return !store_.running_operations().empty();
  } catch (const StoreError& error) {
    spdlog::error("whether a shutdown has to wait is not known: {}", error.what());
    return delay_.get() >= 0;
  }
}

asio::awaitable<void> ShutdownDelay::take() {
  if (!bus_.is_open()) co_return;  // the bus has said so
  const auto answer = co_await bus_.call(logind, "Inhibit", fill_inhibit, answer_limit);
  if (answer) delay_ = take_descriptor(answer->get());
  std::string refusal = answer ? "" : describe(answer.error());
  const bool is_news = refusal != refusal_;
  refusal_ = std::move(refusal);
  if (is_news && !refusal_.empty()) spdlog::warn("a shutdown of this computer is not delayed for a step: {}", refusal_);
}

asio::awaitable<void> ShutdownDelay::follow_shutdown() {
  for (;;) {
    const auto seen = told_.count();
    if (coming_ && !gate_.held()) co_await settle();
    if (!coming_ && gate_.held()) {
      gate_.let_go();
      journal_.record_or_log(daemon_event(EventLevel::info, "the shutdown is called off: the work goes on"));
    }
    co_await told_.wait_past(seen);
  }
}

asio::awaitable<void> ShutdownDelay::settle() {
  gate_.hold();
  journal_.record_or_log(daemon_event(EventLevel::info, "this computer shuts down: the step under way is ended and stored, and nothing new is begun"));
  const bool still = co_await finishes_within(clock_, step_limit, gate_.still());
  if (!still) spdlog::warn("a step takes longer than {} s: it is looked at again at the next start", step_limit.count() / 1000);
  delay_ = Descriptor();
}

// What logind said meanwhile to others is not repeated.
asio::awaitable<void> ShutdownDelay::ask_at_each_connection() {
  for (;;) {
    const auto seen = bus_.connected().count();
    const auto answer = co_await bus_.call(properties_of_logind, "Get", fill_property, answer_limit);
    int coming = 0;
    if (answer && ::sd_bus_message_read(answer->get(), "v", "b", &coming) > 0) learn(coming != 0);
    co_await bus_.connected().wait_past(seen);
  }
}

void ShutdownDelay::learn(bool coming) {
  coming_ = coming;
  told_.notify();
}

}  // namespace morpheus
