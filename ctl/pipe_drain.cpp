#include "ctl/pipe_drain.hpp"

#include <fmt/format.h>
#include <linux/sockios.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>

namespace morpheus::ctl {
namespace {

using SteadyClock = std::chrono::steady_clock;

// No event says that a pipe is empty (POLLOUT: there is room), so it is looked at again after each pause.
constexpr Millis look_pause{20};
// `head -c` takes a whole buffer and leaves at once: a reader that wants the rest of the pipe is still there after this.
constexpr Millis reader_stays{200};

// Waits for `pause`, or until the reader leaves; true if it left.
bool leaves_within(int descriptor, Millis pause) {
  const auto end = SteadyClock::now() + pause;
  for (;;) {
    const auto left = std::chrono::ceil<Millis>(end - SteadyClock::now());
    pollfd look{descriptor, 0, 0};  // errors and hang-ups are reported without being asked for
    const int ready = ::poll(&look, 1, static_cast<int>(std::max(left, Millis{0}).count()));
    if (ready > 0) return true;
    if (ready == 0 || errno != EINTR) return false;
  }
}

}  // namespace

std::string why_not_drained(int descriptor, Millis longest) {
  struct stat found {};
  if (::fstat(descriptor, &found) != 0) return std::strerror(errno);
  const unsigned long unread_bytes = S_ISSOCK(found.st_mode) ? SIOCOUTQ : FIONREAD;
  const auto end = SteadyClock::now() + longest;
  for (;;) {
    int unread = 0;
    if (::ioctl(descriptor, unread_bytes, &unread) != 0) return fmt::format("whether it was read is not known: {}", std::strerror(errno));
    if (leaves_within(descriptor, unread == 0 ? reader_stays : look_pause)) return reader_left;
    if (unread == 0) return {};
    if (SteadyClock::now() >= end) return fmt::format("its reader did not take the last {} bytes within {} s", unread, longest / std::chrono::seconds(1));
  }
}

}  // namespace morpheus::ctl
