#pragma once

#include <stdexcept>
#include <string>
#include <utility>

namespace morpheus::ctl {

// What morpheusctl's exit says (docs/operating.md, "Exit statuses").
enum class ExitStatus {
  done = 0,  // or nothing to do
  failed = 1,
  usage = 2,
  no_daemon = 3,
  refused = 4,    // by policy: a limit, a cooldown, a pause
  not_found = 5,  // no such forest or node
  denied = 6,
  interrupted = 130,
};

// Ends a command: thrown where it cannot go on, printed and turned into the exit status by main() alone.
class CommandFailure : public std::runtime_error {
 public:
  CommandFailure(ExitStatus status, const std::string& message, std::string hint = "")
      : std::runtime_error(message), status_(status), hint_(std::move(hint)) {}
  ExitStatus status() const { return status_; }
  const std::string& hint() const { return hint_; }

 private:
  ExitStatus status_;
  std::string hint_;
};

}  // namespace morpheus::ctl
