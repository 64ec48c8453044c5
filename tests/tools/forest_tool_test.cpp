#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <fstream>
#include <random>
#include <string>
#include <vector>

#include "tests/tools/child.hpp"
#include "tests/tools/forest_tool/client.hpp"
#include "tests/tools/forest_tool/stored_message.hpp"
#include "tests/tools/http_get.hpp"
#include "tests/tools/nats_server.hpp"

// Waits in real time: real nats-servers start, elect and resign by their own clocks.

namespace morpheus {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::HasSubstr;

constexpr seconds soon{20};
constexpr std::int64_t mebibyte = 1 << 20;

using Arguments = std::vector<std::string>;

Arguments tool(Arguments arguments) {
  arguments.insert(arguments.begin(), FOREST_TOOL);
  return arguments;
}

Finished run_tool(Arguments arguments) { return run_command(tool(std::move(arguments)), seconds{60}); }

class Stream : public testing::Test {
 protected:
  Arguments publish_arguments(const Arguments& more) const {
    Arguments all{"publish",   "--url",      server_.url(), "--stream", "S",
                  "--subject", "orders.new", "--state",     state_};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
  Finished publish(const std::string& count) const {
    return run_tool(publish_arguments({"--rate", "0", "--count", count}));
  }
  Finished verify() const {
    return run_tool({"verify", "--url", server_.url(), "--stream", "S", "--state", state_, "--timeout", "5"});
  }
  Child start_publishing() const {
    return Child({tool(publish_arguments({"--rate", "500"})), {}, dir_ / "out", dir_ / "err"});
  }
  bool acked_at_least(std::size_t lines) const {
    return wait_until(
        [&] { return std::ranges::count(read_text(state_), '\n') >= static_cast<std::ptrdiff_t>(lines); },
        soon);
  }

  Client client() const { return Client::connect(server_.url()).value(); }
  void remove(std::uint64_t sequence) const {
    ASSERT_EQ(js_DeleteMsg(client().jetstream(), "S", sequence, nullptr, nullptr), NATS_OK);
  }
  void store(const std::string& payload) const {
    ASSERT_EQ(js_Publish(nullptr, client().jetstream(), "orders.new", payload.data(),
                         static_cast<int>(payload.size()), nullptr, nullptr),
              NATS_OK);
  }
  std::string stored(std::uint64_t sequence) const {
    natsMsg* raw = nullptr;
    EXPECT_EQ(js_GetMsg(&raw, client().jetstream(), "S", sequence, nullptr, nullptr), NATS_OK);
    const Message message(raw);
    return raw == nullptr
               ? ""
               : std::string(natsMsg_GetData(raw), static_cast<std::size_t>(natsMsg_GetDataLength(raw)));
  }

  TempDir dir_;
  std::string state_ = (dir_ / "acked").string();
  NatsServer server_;
};

TEST_F(Stream, ThatWasPublishedIsFoundWhole) {
  const auto published = publish("100");
  EXPECT_EQ(published.status, 0) << published.err;
  EXPECT_THAT(published.out, HasSubstr("100 acked, 0 retries"));
  const auto verified = verify();
  EXPECT_EQ(verified.status, 0) << verified.err;
  EXPECT_EQ(verified.out, "100 acked, 100 found, 0 missing, 0 changed, 0 extra\n");
}

TEST_F(Stream, ThatLostAMessageIsNamed) {
  publish("100");
  remove(42);
  const auto verified = verify();
  EXPECT_EQ(verified.status, 1);
  EXPECT_EQ(verified.out, "100 acked, 99 found, 1 missing, 0 changed, 0 extra\n");
  EXPECT_EQ(verified.err, "missing: 42\n");
}

TEST_F(Stream, WithAnotherContentIsNamed) {
  publish("10");
  const auto last = stored(10);
  remove(10);
  std::mt19937_64 random{1};
  store(make_message(10, 100, random).payload);
  EXPECT_EQ(verify().out, "10 acked, 9 found, 0 missing, 1 changed, 0 extra\n");
  remove(11);
  store(last.substr(0, last.size() - 1) + (last.back() == '0' ? '1' : '0'));
  const auto verified = verify();
  EXPECT_EQ(verified.out, "10 acked, 9 found, 0 missing, 1 changed, 0 extra\n");
  EXPECT_EQ(verified.err, "changed: 10\n");
  EXPECT_EQ(verified.status, 1);
}

TEST_F(Stream, ThatHoldsAMessageTwiceIsRefused) {
  publish("10");
  store(stored(3));
  const auto verified = verify();
  EXPECT_EQ(verified.status, 1);
  EXPECT_EQ(verified.out, "10 acked, 10 found, 0 missing, 0 changed, 1 extra\n");
  EXPECT_EQ(verified.err, "stored twice: 3\n");
}

TEST_F(Stream, MayHoldMoreThanWasAcknowledged) {
  publish("10");
  store("something else");
  std::mt19937_64 random{1};
  store(make_message(11, 100, random).payload);
  const auto verified = verify();
  EXPECT_EQ(verified.status, 0);
  EXPECT_EQ(verified.out, "10 acked, 10 found, 0 missing, 0 changed, 2 extra\n");
}

TEST_F(Stream, IsNotSoundWhenNothingWasAcknowledged) {
  publish("1");
  std::ofstream(state_, std::ios::trunc) << "";
  EXPECT_EQ(verify().out, "0 acked, 0 found, 0 missing, 0 changed, 1 extra\n");
  EXPECT_EQ(verify().status, 1);
}

TEST_F(Stream, ThatIsGoneHasAllItsMessagesMissing) {
  publish("5");
  ASSERT_EQ(js_DeleteStream(client().jetstream(), "S", nullptr, nullptr), NATS_OK);
  const auto verified = verify();
  EXPECT_EQ(verified.status, 1);
  EXPECT_EQ(verified.out, "5 acked, 0 found, 5 missing, 0 changed, 0 extra\n");
}

TEST_F(Stream, WithoutItsFileCannotBeVerified) {
  publish("5");
  state_ = (dir_ / "no such file").string();
  EXPECT_EQ(verify().status, 1);
  EXPECT_THAT(verify().err, HasSubstr("cannot read"));
}

TEST_F(Stream, IsPublishedToUntilTheSignalComes) {
  auto publisher = start_publishing();
  ASSERT_TRUE(acked_at_least(20));
  EXPECT_EQ(publisher.terminate(soon), 0);
  EXPECT_THAT(read_text(dir_ / "out"), testing::ContainsRegex("[0-9]+ acked, 0 retries"));
  EXPECT_EQ(verify().status, 0);
}

TEST_F(Stream, OutlivesARestartOfItsServerWithoutLossOrDouble) {
  auto publisher = start_publishing();
  ASSERT_TRUE(acked_at_least(50));
  server_.restart();
  const auto before = static_cast<std::size_t>(std::ranges::count(read_text(state_), '\n'));
  EXPECT_TRUE(acked_at_least(before + 50)) << read_text(dir_ / "err");
  EXPECT_EQ(publisher.terminate(soon), 0);
  EXPECT_THAT(read_text(dir_ / "err"), HasSubstr("trying again"));
  const auto verified = verify();
  EXPECT_EQ(verified.status, 0) << verified.out << verified.err;
}

TEST_F(Stream, GoesOnWhereAKilledPublisherEnded) {
  auto publisher = start_publishing();
  ASSERT_TRUE(acked_at_least(20));
  publisher.kill();
  const auto before = std::ranges::count(read_text(state_), '\n');
  std::ofstream(state_, std::ios::app) << "9999 half a li";
  EXPECT_EQ(publish("20").status, 0);
  const auto verified = verify();
  EXPECT_EQ(verified.status, 0) << verified.err;
  EXPECT_THAT(verified.out, testing::StartsWith(std::to_string(before + 20) + " acked"));
}

TEST_F(Stream, CannotBeMadeWhereTheAnswerIsNo) {
  auto arguments = publish_arguments({"--count", "1", "--seconds", "1"});
  arguments.insert(arguments.end(), {"--replicas", "3"});  // one server alone
  const auto published = run_tool(arguments);
  EXPECT_EQ(published.status, 1);
  EXPECT_THAT(published.err, HasSubstr("no stream"));
}

TEST(Load, RaisesTheMemoryOfOneServerAlone) {
  NatsServer one(Routes{});
  NatsServer other(Routes{{&one}});
  const TempDir dir;
  Child load({tool({"load", "--url", one.url(), "--memory-target", "150"}), {}, dir / "out", dir / "out"});
  ASSERT_TRUE(wait_until([&] { return read_text(dir / "out").find("loaded") != std::string::npos; }, soon))
      << read_text(dir / "out");
  EXPECT_GE(server_memory(one.address()).value_or(0), 150 * mebibyte);
  EXPECT_LT(server_memory(other.address()).value_or(1'000 * mebibyte), 50 * mebibyte);
  EXPECT_EQ(load.terminate(soon), 0);
}

TEST(Load, EndsWhenItsServerDoes) {
  NatsServer server(Routes{});
  const TempDir dir;
  Child load({tool({"load", "--url", server.url(), "--subscriptions", "100"}), {}, dir / "out", dir / "err"});
  ASSERT_TRUE(wait_until(
      [&] { return read_text(dir / "out").find("100 subscriptions") != std::string::npos; }, soon));
  server.process().kill();
  EXPECT_EQ(load.wait(soon), 1);
  EXPECT_THAT(read_text(dir / "err"), HasSubstr("the server closed the connection"));
}

TEST(Load, SaysWhenItsSubscriptionsAreNotEnough) {
  NatsServer server(Routes{});
  const auto load =
      run_tool({"load", "--url", server.url(), "--subscriptions", "10", "--memory-target", "500"});
  EXPECT_EQ(load.status, 1);
  EXPECT_THAT(load.err, HasSubstr("allow more with --subscriptions"));
}

TEST(Cross, SeesAMessagePassThroughACluster) {
  NatsServer one(Routes{});
  NatsServer other(Routes{{&one}});
  const auto seen = run_tool({"cross", "--publish-url", other.url(), "--subscribe-url", one.url()});
  EXPECT_EQ(seen.status, 0) << seen.err;
  EXPECT_THAT(seen.out, HasSubstr("heard after"));
}

TEST(Cross, SeesThatTwoServersAreApart) {
  NatsServer one(Routes{});
  NatsServer other(Routes{});
  const auto seen =
      run_tool({"cross", "--publish-url", other.url(), "--subscribe-url", one.url(), "--timeout", "1"});
  EXPECT_EQ(seen.status, 1);
  EXPECT_THAT(seen.err, HasSubstr("nothing was heard within 1 s"));
}

TEST(Cross, NamesTheServerThatDoesNotAnswer) {
  NatsServer one(Routes{});
  const auto seen = run_tool({"cross", "--publish-url", "nats://127.0.0.9:1", "--subscribe-url", one.url()});
  EXPECT_EQ(seen.status, 1);
  EXPECT_THAT(seen.err, HasSubstr("cannot connect to nats://127.0.0.9:1"));
}

TEST(ForestTool, SaysHowItIsUsed) {
  EXPECT_EQ(run_tool({}).status, 2);
  EXPECT_EQ(run_tool({"publish", "--url", "nats://127.0.0.1:4222"}).status, 2);
  const auto help = run_tool({"--help"});
  EXPECT_EQ(help.status, 0);
  for (const char* command : {"publish", "verify", "load", "cross"})
    EXPECT_THAT(help.out, HasSubstr(command));
}

}  // namespace
}  // namespace morpheus
