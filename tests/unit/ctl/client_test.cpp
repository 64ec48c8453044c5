#include "ctl/client.hpp"

#include <gtest/gtest.h>

#include "ctl/exit_status.hpp"
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

}  // namespace
}  // namespace morpheus::ctl::test
