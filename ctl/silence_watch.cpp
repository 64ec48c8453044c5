#include "ctl/silence_watch.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <iostream>
#include <utility>

#include "ctl/exit_status.hpp"
#include "ctl/unit_look.hpp"

namespace morpheus::ctl {
namespace {

constexpr std::chrono::milliseconds first_look{1'500};  // a healthy daemon has answered nearly everything by then
constexpr std::chrono::milliseconds next_look{2'000};
constexpr int looks_at_work = 3;  // before a daemon that runs is said to be waited for: some answers take it seconds

void say_waiting(const ServiceLook& service) {
  if (::isatty(STDERR_FILENO) != 1) return;
  std::cerr << fmt::format("morpheusctl: waiting for morpheusd.service ({})...\n", service.fell ? "auto-restart" : service.state);
}

// One restart is waited for: it is how a single failure ends. `before`: restarts at the first look.
bool is_down(const ServiceLook& service, const std::optional<std::uint64_t>& before) {
  if (service.state == "failed") return true;
  if (!before || !service.restarts || *service.restarts <= *before) return false;
  return service.fell || *service.restarts - *before > 1;
}

}  // namespace

SilenceWatch::SilenceWatch(boost::asio::io_context& loop, Stream& stream, std::string socket, std::function<bool()> is_answered,
                           bool& is_said)
    : timer_(loop), stream_(stream), socket_(std::move(socket)), is_answered_(std::move(is_answered)), is_said_(is_said) {
  arm(first_look);
}

void SilenceWatch::check() const {
  if (!is_down_) return;
  throw CommandFailure(ExitStatus::no_daemon, fmt::format("the daemon on {} does not answer", socket_),
                       "systemctl status morpheusd, journalctl -u morpheusd");
}

void SilenceWatch::arm(std::chrono::milliseconds pause) {
  timer_.expires_after(pause);
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error && !is_stopped_ && !is_answered_()) look();
  });
}

void SilenceWatch::look() {
  const auto service = look_at_service(socket_);
  if (!service) return;  // whoever listens is none of systemd's: the usual limit holds
  if (!restarts_) restarts_ = service->restarts;
  is_down_ = is_down(*service, restarts_);
  if (is_down_) return stream_.close();
  ++looks_;
  const bool is_up = service->state == "active" || service->state == "reloading";
  if ((!is_up || looks_ >= looks_at_work) && !std::exchange(is_said_, true)) say_waiting(*service);
  arm(next_look);
}

}  // namespace morpheus::ctl
