#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace morpheus::ctl::test {

struct Ended {
  int status = -1;  // the exit status; 128 + n for signal n; -1: it had to be killed
  std::string out;
  std::string err;  // empty on a terminal, where both are one
};

enum class On { pipes, terminal };

// The built morpheusctl, running. It is killed when it outlives this or runs for more than 20 s.
class CtlProcess {
 public:
  // `environment` goes over TERM=xterm and TZ=UTC; nothing else is inherited. As nobody: without root's
  // powers.
  CtlProcess(const std::vector<std::string>& arguments, On on,
             const std::vector<std::string>& environment = {}, bool as_nobody = false);
  ~CtlProcess();
  CtlProcess(const CtlProcess&) = delete;
  CtlProcess& operator=(const CtlProcess&) = delete;

  // Waits until standard output holds `text` (counted from its beginning); false when it ended without, or
  // after 20 s.
  bool prints(const std::string& text);
  void type(const std::string& text);
  void send_signal(int number);
  Ended finish();

 private:
  bool read_more();

  pid_t pid_ = -1;
  int out_fd_ = -1;
  int err_fd_ = -1;
  int in_fd_ = -1;
  Ended outcome_;
};

// Runs it to its end, with nothing on standard input.
Ended run_ctl(const std::string& socket, std::vector<std::string> arguments, On on = On::pipes,
              const std::vector<std::string>& environment = {});

// The same on no daemon's socket in particular: all arguments are given.
Ended run_ctl_bare(const std::vector<std::string>& arguments,
                   const std::vector<std::string>& environment = {});

}  // namespace morpheus::ctl::test
