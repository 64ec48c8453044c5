#include <gmock/gmock.h>

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "tests/unit/control/control_box.hpp"

namespace morpheus {
namespace {

class Streams : public testing::Test {
 protected:
  static ControlLimits limits() {
    ControlLimits limits;
    limits.heartbeat = Millis{3'600'000};  // what arrives did not come with a sign of life
    limits.events_a_batch = 3;
    return limits;
  }
  static std::string message(ControlClient& client) {
    return nlohmann::json::parse(client.line()).at("message").get<std::string>();
  }
  // The messages of an answer that ends by itself.
  std::vector<std::string> messages(const std::string& target) {
    ControlClient client(box_.socket());
    client.say_request("GET", target);
    EXPECT_EQ(client.answer().status, 200);
    std::vector<std::string> all;
    while (!client.ended()) all.push_back(message(client));
    client.wait_for_end();
    return all;
  }

  ControlBox box_{limits()};
};

using testing::ElementsAre;
using testing::IsEmpty;

TEST_F(Streams, EventsAreLinesOfJsonOldestFirst) {
  box_.record("one");
  ControlClient client(box_.socket());
  client.say_request("GET", "/v1/events");
  const auto head = client.answer();
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.header.at("content-type"), "application/x-ndjson");
  const auto event = nlohmann::json::parse(client.line());
  EXPECT_EQ(event.at("message"), "one");
  EXPECT_EQ(event.at("forest"), "demo");
  EXPECT_EQ(event.at("kind"), "node");
  EXPECT_TRUE(client.ended());
}

TEST_F(Streams, EventsAreChosenByLimitIdAndForest) {
  EXPECT_THAT(messages("/v1/events"), IsEmpty());
  for (int i = 1; i <= 8; ++i) box_.record(std::to_string(i), i % 2 == 0 ? "even" : "odd");
  EXPECT_THAT(messages("/v1/events"), ElementsAre("1", "2", "3", "4", "5", "6", "7", "8"));
  EXPECT_THAT(messages("/v1/events?limit=5"), ElementsAre("4", "5", "6", "7", "8"));
  EXPECT_THAT(messages("/v1/events?limit=0"), IsEmpty());
  EXPECT_THAT(messages("/v1/events?limit=4&after=2"), ElementsAre("3", "4", "5", "6"));
  EXPECT_THAT(messages("/v1/events?limit=2&forest=even"), ElementsAre("6", "8"));
  EXPECT_THAT(messages("/v1/events?after=3&forest=odd"), ElementsAre("5", "7"));
}

TEST_F(Streams, EventsAreChosenByLevelAndTime) {
  box_.on_loop([&] {
    int hour = 0;
    for (const auto level : {EventLevel::info, EventLevel::warning, EventLevel::error, EventLevel::warning, EventLevel::info}) {
      Event event{0, WallTime{std::chrono::hours{hour}}, level, "node", "oak", "", 0, std::to_string(hour)};
      box_.store().add_event(event);
      ++hour;
    }
  });
  EXPECT_THAT(messages("/v1/events?level=info"), ElementsAre("0", "1", "2", "3", "4"));
  EXPECT_THAT(messages("/v1/events?level=warning"), ElementsAre("1", "2", "3"));
  EXPECT_THAT(messages("/v1/events?level=error"), ElementsAre("2"));
  EXPECT_THAT(messages("/v1/events?level=warning&limit=1"), ElementsAre("3")) << "the last of those that are wanted";
  EXPECT_THAT(messages("/v1/events?level=warning&forest=oak&after=2"), ElementsAre("2", "3"));
  EXPECT_THAT(messages("/v1/events?since=1970-01-01T03:00:00Z"), ElementsAre("3", "4"));
  EXPECT_THAT(messages("/v1/events?since=1970-01-01T04%3A00%3A00%2B02%3A00"), ElementsAre("2", "3", "4"));
  EXPECT_THAT(messages("/v1/events?since=1970-01-01T02:00:00.001Z&level=warning"), ElementsAre("3"));
  EXPECT_THAT(messages("/v1/events?since=2100-01-01T00:00:00Z"), IsEmpty());
  ControlClient client(box_.socket());
  for (const char* wrong : {"level=debug", "level=WARNING", "level=1", "since=yesterday", "since=2026-02-30T00:00:00Z", "since=1700000000"}) {
    EXPECT_EQ(client.ask("GET", std::string("/v1/events?") + wrong).status, 400) << wrong;
  }
}

TEST_F(Streams, FollowerGetsNoEventsBelowItsLevel) {
  box_.record("before");
  ControlClient client(box_.socket());
  client.say_request("GET", "/v1/events?follow=true&level=error&limit=0");
  EXPECT_EQ(client.answer().status, 200);
  box_.record("quiet");
  box_.on_loop([&] { box_.store().add_event(Event{0, WallTime{}, EventLevel::error, "node", "oak", "", 0, "loud"}); });
  box_.record("and quiet again");
  EXPECT_EQ(message(client), "loud");
}

// A forest that is torn down has its record; one that never was has none, and that is no empty one.
TEST_F(Streams, EventsAndOperationsOfAForestThatNeverWasAreNotFound) {
  box_.record("of demo");
  const auto id = box_.add_operation(OperationState::succeeded);
  ControlClient client(box_.socket());
  for (const std::string target : {"/v1/events?forest=none", "/v1/events?follow=true&forest=none", "/v1/operations?forest=none"}) {
    const auto answer = client.ask("GET", target);
    EXPECT_EQ(answer.status, 404) << target;
    EXPECT_EQ(answer.json().at("error").at("message"), "no forest \"none\"");
  }
  EXPECT_EQ(client.ask("GET", "/v1/operations?forest=demo").json().at(0).at("id"), id);
}

TEST_F(Streams, OperationsAreListedNewestFirst) {
  ControlClient client(box_.socket());
  EXPECT_TRUE(client.ask("GET", "/v1/operations").json().empty());
  const auto first = box_.add_operation(OperationState::succeeded);
  const auto second = box_.add_operation(OperationState::running);
  const auto all = client.ask("GET", "/v1/operations").json();
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].at("id"), second);
  EXPECT_EQ(all[1].at("id"), first);
  EXPECT_EQ(client.ask("GET", "/v1/operations?limit=1").json().size(), 1U);
  for (const char* wrong : {"0", "1001", "-1", "x", "1.5", ""}) {
    EXPECT_EQ(client.ask("GET", std::string("/v1/operations?limit=") + wrong).status, 400) << wrong;
  }
}

TEST_F(Streams, FollowerGetsLiveEventsOfItsForestAlone) {
  box_.record("before");
  ControlClient client(box_.socket());
  client.say_request("GET", "/v1/events?follow=true&forest=demo&limit=0");
  EXPECT_EQ(client.answer().status, 200);
  box_.record("of another", "other");
  box_.record("live");
  EXPECT_EQ(message(client), "live");
  for (int i = 0; i < 10; ++i) box_.record(std::to_string(i));
  for (int i = 0; i < 10; ++i) EXPECT_EQ(message(client), std::to_string(i));
}

TEST_F(Streams, FollowerGetsAllThatIsThereAndThenTheNext) {
  for (int i = 0; i < 10; ++i) box_.record(std::to_string(i));
  ControlClient client(box_.socket());
  client.say_request("GET", "/v1/events?follow=true&after=4");
  EXPECT_EQ(client.answer().status, 200);
  for (int i = 4; i < 10; ++i) EXPECT_EQ(message(client), std::to_string(i));
  box_.record("next");
  EXPECT_EQ(message(client), "next");
}

TEST_F(Streams, ProgressIsTheOperationsEventsFromItsStartAndItsEnd) {
  const auto id = box_.add_operation(OperationState::running);
  box_.record("creating", "demo", id);
  for (int i = 0; i < 7; ++i) box_.record("of the loop");
  box_.record("booting", "demo", id);
  ControlClient client(box_.socket());
  client.say_request("GET", "/v1/operations/" + std::to_string(id) + "/progress");
  EXPECT_EQ(client.answer().status, 200);
  EXPECT_EQ(message(client), "creating");
  EXPECT_EQ(message(client), "booting");
  box_.record("joined", "demo", id);
  EXPECT_EQ(message(client), "joined");
  box_.end_operation(id, "done");
  EXPECT_EQ(message(client), "done");
  const auto last = nlohmann::json::parse(client.line());
  EXPECT_EQ(last.at("operation").at("id"), id);
  EXPECT_EQ(last.at("operation").at("state"), "succeeded");
  EXPECT_TRUE(client.ended());
}

TEST_F(Streams, ProgressOfAnEndedOperationEndsAtOnce) {
  const auto id = box_.add_operation(OperationState::failed);
  ControlClient client(box_.socket());
  client.say_request("GET", "/v1/operations/" + std::to_string(id) + "/progress");
  EXPECT_EQ(client.answer().status, 200);
  EXPECT_EQ(nlohmann::json::parse(client.line()).at("operation").at("state"), "failed");
  EXPECT_TRUE(client.ended());
}

TEST_F(Streams, ProgressAnswersBeforeAnythingHappened) {
  const auto id = box_.add_operation(OperationState::running);
  ControlClient client(box_.socket());
  client.say_request("GET", "/v1/operations/" + std::to_string(id) + "/progress");
  EXPECT_EQ(client.answer().status, 200);
}

TEST_F(Streams, ClientThatDiesWhileNothingHappensIsNoticedAtOnce) {
  {
    ControlClient client(box_.socket());
    client.say_request("GET", "/v1/events?follow=true");
    EXPECT_EQ(client.answer().status, 200);
    EXPECT_EQ(box_.sessions(), 1u);
  }
  EXPECT_TRUE(box_.sessions_become(0));
  box_.record("nobody hears this");
  EXPECT_THAT(messages("/v1/events"), ElementsAre("nobody hears this"));
}

TEST_F(Streams, ClientThatDiesAmidEventsHarmsNobody) {
  ControlClient stays(box_.socket());
  stays.say_request("GET", "/v1/events?follow=true&limit=0");
  EXPECT_EQ(stays.answer().status, 200);
  for (int i = 0; i < 20; ++i) {
    ControlClient dies(box_.socket());
    dies.say_request("GET", "/v1/events?follow=true");
    EXPECT_EQ(dies.answer().status, 200);
    box_.record(std::to_string(i));
  }
  for (int i = 0; i < 20; ++i) EXPECT_EQ(message(stays), std::to_string(i));
  EXPECT_TRUE(box_.sessions_become(1));
}

TEST_F(Streams, ClientOfHttp10GetsTheLinesAlone) {
  box_.record("one");
  ControlClient client(box_.socket());
  client.say("GET /v1/events HTTP/1.0\r\n\r\n");
  const auto head = client.answer();
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.header.count("transfer-encoding"), 0u);
  client.wait_for_end();
}

TEST(StreamHeartbeat, QuietStreamGivesASignOfLife) {
  ControlLimits limits;
  limits.heartbeat = Millis{50};
  ControlBox box(limits);
  ControlClient client(box.socket());
  client.say("GET /v1/events?follow=true HTTP/1.0\r\n\r\n");
  EXPECT_EQ(client.answer().status, 200);
  EXPECT_EQ(client.bytes(3), "\n\n\n");
}

asio::awaitable<void> never_ends() {
  const auto executor = co_await asio::this_coro::executor;
  asio::steady_timer never(executor, asio::steady_timer::time_point::max());
  co_await never.async_wait(asio::use_awaitable);
}

TEST(ControlStop, EndsEverySessionWhateverItWaitsFor) {
  ControlBox box;
  box.on_loop([&] { box.forests.shrinking = never_ends; });
  ControlClient idle(box.socket());
  ControlClient sending(box.socket());
  ControlClient following(box.socket());
  ControlClient shrinking(box.socket());
  EXPECT_EQ(idle.ask("GET", "/v1/version").status, 200);
  sending.say("GET /v1/ver");
  following.say_request("GET", "/v1/events?follow=true");
  EXPECT_EQ(following.answer().status, 200);
  shrinking.say_request("DELETE", "/v1/forests/demo/nodes/x");
  EXPECT_TRUE(box.comes_true([&] { return !box.forests.asked.empty(); }));
  EXPECT_TRUE(box.stop());
  for (ControlClient* client : {&idle, &sending, &following, &shrinking}) client->wait_for_end();
  EXPECT_THROW(shrinking.answer(), std::runtime_error);
  EXPECT_THROW(following.line(), std::runtime_error);
  EXPECT_FALSE(std::filesystem::exists(box.socket()));
}

}  // namespace
}  // namespace morpheus
