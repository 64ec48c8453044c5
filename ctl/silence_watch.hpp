#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "ctl/answer_reader.hpp"

namespace morpheus::ctl {

// Watches a request that was sent until the first byte of its answer. A socket that systemd holds takes connections although nobody
// is there to answer them: after a short silence systemd is asked, again and again, and a connection whose service failed, or fell
// again after a restart, is closed. That a service is waited for is said once on a terminal: at once of one that starts, later of one that runs.
class SilenceWatch {
 public:
  // `is_answered`: whether a byte has come. `is_said`: that the waiting was said, or is not to be.
  SilenceWatch(boost::asio::io_context& loop, Stream& stream, std::string socket, std::function<bool()> is_answered, bool& is_said);

  // The request has ended, however: to be called, or the loop goes on.
  void stop() {
    is_stopped_ = true;
    timer_.cancel();
  }

  // Thrown as no_daemon: it closed the connection.
  void check() const;

 private:
  void arm(std::chrono::milliseconds pause);
  void look();

  boost::asio::steady_timer timer_;
  Stream& stream_;
  std::string socket_;
  std::function<bool()> is_answered_;
  bool& is_said_;
  std::optional<std::uint64_t> restarts_;  // at the first look that systemd answered
  int looks_ = 0;
  bool is_stopped_ = false;
  bool is_down_ = false;
};

}  // namespace morpheus::ctl
