#include "ctl/pipe_drain.hpp"

#include <gmock/gmock.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <stdexcept>
#include <thread>
#include <utility>

namespace morpheus::ctl::test {
namespace {

using testing::HasSubstr;

constexpr Millis plenty{10'000};
constexpr Millis brief{30};

// Something with an end to read (0) and one to write (1).
class Ends {
 public:
  explicit Ends(bool is_socket) {
    const int made = is_socket ? ::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds_.data()) : ::pipe2(fds_.data(), O_CLOEXEC);
    if (made != 0 || ::write(fds_[1], "archive", 7) != 7) throw std::runtime_error("no pipe");
  }
  ~Ends() {
    close_reader();
    ::close(fds_[1]);
  }
  Ends(const Ends&) = delete;
  Ends& operator=(const Ends&) = delete;

  void read() const {
    std::array<char, 100> buffer{};
    EXPECT_EQ(::read(fds_[0], buffer.data(), buffer.size()), 7);
  }
  void close_reader() {
    if (fds_[0] >= 0) ::close(std::exchange(fds_[0], -1));
  }
  int writer() const { return fds_[1]; }

 private:
  std::array<int, 2> fds_{-1, -1};
};

class PipeDrain : public testing::TestWithParam<bool> {
 protected:
  Ends ends_{GetParam()};
};

TEST_P(PipeDrain, IsDoneWhenTheReaderHasTakenAll) {
  std::thread reader([&] { ends_.read(); });
  EXPECT_EQ(why_not_drained(ends_.writer(), plenty), "");
  reader.join();
}

TEST_P(PipeDrain, AReaderThatOnlyWaitsIsNotWaitedForForEver) {
  EXPECT_THAT(why_not_drained(ends_.writer(), brief), HasSubstr("its reader did not take the last"));
}

TEST_P(PipeDrain, AReaderThatLeavesLosesWhatItDidNotRead) {
  std::thread reader([&] { ends_.close_reader(); });
  EXPECT_EQ(why_not_drained(ends_.writer(), plenty), "its reader left before the end");
  reader.join();
}

TEST_P(PipeDrain, AReaderThatLeavesAtOnceDidNotWaitForTheEnd) {
  ends_.read();
  ends_.close_reader();
  EXPECT_EQ(why_not_drained(ends_.writer(), plenty), "its reader left before the end");
}

INSTANTIATE_TEST_SUITE_P(Of, PipeDrain, testing::Bool(), [](const auto& kind) { return kind.param ? "ASocket" : "APipe"; });

}  // namespace
}  // namespace morpheus::ctl::test
