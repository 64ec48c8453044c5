#include "ctl/client.hpp"

#include <gmock/gmock.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <future>
#include <stdexcept>
#include <string>
#include <vector>

#include "ctl/exit_status.hpp"
#include "tests/tools/temp_dir.hpp"
#include "tests/unit/ctl/fake_daemon.hpp"

namespace morpheus::ctl::test {
namespace {

constexpr Millis patience{10'000};

TEST(Client, EncodesWhatWouldEndASegmentOfAPath) {
  EXPECT_EQ(segment("demo-node_1.x~"), "demo-node_1.x~");
  EXPECT_EQ(segment("a/b?c#d e%"), "a%2Fb%3Fc%23d%20e%25");
  EXPECT_EQ(segment("木"), "%E6%9C%A8");
}

TEST(Client, SendsABodyAndReturnsTheAnswer) {
  FakeDaemon daemon;
  daemon.on("POST /v1/forests", reply({{"id", 3}}, 202));
  Client client(daemon.socket(), patience);
  EXPECT_EQ(client.post("/v1/forests", {{"size", "small"}}), nlohmann::json({{"id", 3}}));
  EXPECT_EQ(daemon.seen().at(0).body, nlohmann::json({{"size", "small"}}));
}

TEST(Client, AsksAgainWhenADaemonThatIsBeingStoppedClosesWithoutAWord) {
  FakeDaemon daemon;
  daemon.on("GET /v1/forests", {FakeAnswer{""}, reply({{"id", 3}})});
  Client client(daemon.socket(), patience);
  EXPECT_EQ(client.get("/v1/forests"), nlohmann::json({{"id", 3}}));
  EXPECT_EQ(daemon.seen().size(), 2U);
}

TEST(Client, AsksThreeTimesAtMost) {
  FakeDaemon daemon;
  daemon.on("GET /v1/forests", FakeAnswer{""});
  Client client(daemon.socket(), patience);
  EXPECT_THROW(client.get("/v1/forests"), CommandFailure);
  EXPECT_EQ(daemon.seen().size(), 3U);
}

TEST(Client, NeverSendsTwiceWhatChangesSomething) {
  FakeDaemon daemon;
  daemon.on("POST /v1/forests", {FakeAnswer{""}, reply({{"id", 3}})});
  daemon.on("DELETE /v1/forests/oak", {FakeAnswer{""}, reply({{"id", 3}})});
  Client client(daemon.socket(), patience);
  EXPECT_THROW(client.post("/v1/forests", {{"size", "small"}}), CommandFailure);
  EXPECT_THROW(client.remove("/v1/forests/oak"), CommandFailure);
  EXPECT_EQ(daemon.seen().size(), 2U);
}

TEST(Client, HandsOverLinesHoweverTheyAreCutAndSkipsSignsOfLife) {
  FakeDaemon daemon;
  const std::string head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
  daemon.on("GET /v1/events", FakeAnswer{head + "3\r\n{\"a\r\n" + "1\r\n\"\r\n" + "9\r\n:1}\n\n{\"b\"\r\n" +
                                         "4\r\n:2}\n\r\n" + "0\r\n\r\n"});
  Client client(daemon.socket(), patience);
  std::vector<nlohmann::json> lines;
  EXPECT_TRUE(client.stream("/v1/events", [&](const nlohmann::json& line) {
    lines.push_back(line);
    return true;
  }));
  EXPECT_EQ(lines, (std::vector<nlohmann::json>{{{"a", 1}}, {{"b", 2}}}));
}

TEST(Client, EndsAStreamWhenItHasEnough) {
  FakeDaemon daemon;
  daemon.on("GET /v1/events", lines({1, 2, 3}, After::stays_open));
  Client client(daemon.socket(), patience);
  int taken = 0;
  EXPECT_TRUE(client.stream("/v1/events", [&](const nlohmann::json&) { return ++taken < 2; }));
  EXPECT_EQ(taken, 2);
}

TEST(Client, AStreamThatBreaksOffOrCannotBeReadIsAFailure) {
  FakeDaemon daemon;
  const auto ignore = [](const nlohmann::json&) { return true; };
  Client client(daemon.socket(), patience);
  const auto status = [&](const std::string& path) {
    try {
      client.stream(path, ignore);
      return ExitStatus::done;
    } catch (const CommandFailure& failure) {
      return failure.status();
    }
  };
  daemon.on("GET /cut", FakeAnswer{lines({1}, After::stays_open).bytes});
  EXPECT_EQ(status("/cut"), ExitStatus::no_daemon);
  daemon.on("GET /garbage", FakeAnswer{"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nhello\n"});
  EXPECT_EQ(status("/garbage"), ExitStatus::failed);
  daemon.on("GET /denied", error(403, "denied", "no"));
  EXPECT_EQ(status("/denied"), ExitStatus::denied);
  const std::string flood(2U << 20, 'x');
  daemon.on("GET /flood",
            FakeAnswer{"HTTP/1.1 200 OK\r\nContent-Length: 9999999\r\n\r\n" + flood, After::stays_open});
  EXPECT_EQ(status("/flood"), ExitStatus::failed);
}

TEST(Client, PassesOnWhatItsCallerThrows) {
  FakeDaemon daemon;
  daemon.on("GET /v1/events", lines({1}, After::stays_open));
  Client client(daemon.socket(), patience);
  EXPECT_THROW(
      client.stream("/v1/events", [](const nlohmann::json&) -> bool { throw std::invalid_argument("no"); }),
      std::invalid_argument);
}

// A listener whose queue strangers have filled, and who accepts nobody before answer_all().
class FullListener {
 public:
  FullListener() {
    if (::bind(listener_, address(), sizeof(address_)) != 0 || ::listen(listener_, 0) != 0) throw std::runtime_error("no listener");
    while (join()) {
    }
    if (errno != EAGAIN) throw std::runtime_error("the queue is not full");
  }
  ~FullListener() {
    for (const int stranger : strangers_) ::close(stranger);
    ::close(listener_);
  }
  FullListener(const FullListener&) = delete;
  FullListener& operator=(const FullListener&) = delete;

  std::string socket() const { return dir_ / "s"; }

  // Those who wait in the queue, who are none of ours but the last.
  void answer_all() const {
    const std::size_t in_queue = strangers_.size() - 1;  // the last of them found no room
    for (std::size_t i = 0; i < in_queue; ++i) ::close(::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC));
    const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    std::array<char, 4096> request{};
    EXPECT_GT(::recv(client, request.data(), request.size(), 0), 0);
    const std::string answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}";
    EXPECT_EQ(::send(client, answer.data(), answer.size(), MSG_NOSIGNAL), static_cast<ssize_t>(answer.size()));
    ::close(client);
  }

 private:
  const sockaddr* address() {
    address_.sun_family = AF_UNIX;
    socket().copy(address_.sun_path, sizeof(address_.sun_path) - 1);
    return reinterpret_cast<const sockaddr*>(&address_);
  }
  bool join() {
    strangers_.push_back(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    return ::connect(strangers_.back(), address(), sizeof(address_)) == 0;
  }

  TempDir dir_;
  sockaddr_un address_{};
  int listener_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  std::vector<int> strangers_;
};

TEST(Client, SaysThatTheQueueIsFullWhenNobodyIsAcceptedInTime) {
  const FullListener listener;
  Client client(listener.socket(), Millis{50});
  try {
    client.get("/v1/forests");
    FAIL() << "nobody answered";
  } catch (const CommandFailure& failure) {
    EXPECT_EQ(failure.status(), ExitStatus::no_daemon);
    EXPECT_THAT(failure.what(), testing::HasSubstr("no daemon answers on"));
    EXPECT_THAT(failure.what(), testing::HasSubstr("its queue is full"));
  }
}

TEST(Client, WaitsForRoomInTheQueue) {
  const FullListener listener;
  auto answer = std::async(std::launch::async, [&] { return Client(listener.socket(), patience).get("/v1/forests"); });
  EXPECT_EQ(answer.wait_for(std::chrono::milliseconds(50)), std::future_status::timeout) << "it waits";
  listener.answer_all();
  EXPECT_EQ(answer.get(), nlohmann::json::object());
}

}  // namespace
}  // namespace morpheus::ctl::test
