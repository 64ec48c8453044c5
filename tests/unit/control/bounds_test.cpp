#include <fmt/format.h>
#include <gmock/gmock.h>
#include <grp.h>
#include <unistd.h>

#include <algorithm>
#include <list>
#include <memory>
#include <stdexcept>
#include <vector>

#include "tests/unit/control/control_box.hpp"

// Waits in real time: on real sockets simulated time would jump to a limit before the bytes have passed the kernel.

namespace morpheus {
namespace {

using testing::HasSubstr;

const std::string partial = "POST /v1/forests HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n";

ControlLimits impatient() {
  ControlLimits limits;
  limits.first_byte = Millis{300};
  limits.request = Millis{200};
  limits.idle = Millis{300};
  limits.answer = Millis{300};
  limits.linger = Millis{200};
  return limits;
}

TEST(ControlBounds, HeaderThatIsTooLargeIsRefused) {
  ControlBox box(impatient());
  ControlClient client(box.socket());
  client.say(fmt::format("GET /v1/version HTTP/1.1\r\nX: {:x>1048576}\r\n\r\n", ""));
  const auto answer = client.answer();
  EXPECT_EQ(answer.status, 431);
  EXPECT_THAT(answer.body, HasSubstr("16384"));
  client.wait_for_end();
}

TEST(ControlBounds, TargetThatIsTooLongIsRefused) {
  ControlBox box;
  ControlClient client(box.socket());
  client.say(fmt::format("GET /{:x>1048576}", ""));
  EXPECT_EQ(client.answer().status, 431);
}

TEST(ControlBounds, BodyThatIsTooLargeIsRefusedByItsLength) {
  ControlBox box;
  ControlClient client(box.socket());
  client.say("POST /v1/forests HTTP/1.1\r\nHost: x\r\nContent-Length: 65537\r\n\r\n");
  EXPECT_EQ(client.answer().status, 413);
}

TEST(ControlBounds, BodyThatIsTooLargeIsRefusedAsItComes) {
  ControlBox box;
  ControlClient client(box.socket());
  client.say("POST /v1/forests HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
  for (int i = 0; i < 80; ++i) client.say("400\r\n" + std::string(1024, ' ') + "\r\n");
  EXPECT_EQ(client.answer().status, 413);
}

// Beast bounds neither a chunk's extensions, nor the digits of its size, nor a trailer.
TEST(ControlBounds, AChunkOrTrailerWithoutAnEndIsCutAtTheBound) {
  for (const std::string begun : {"5;", "0000", "0\r\nX: "}) {
    ControlBox box;
    ControlClient client(box.socket());
    client.say("GET /v1/version HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n" + begun);
    client.say(std::string(1'000'000, '0'));
    const auto answer = client.answer();
    EXPECT_EQ(answer.status, 431) << begun;
    EXPECT_THAT(answer.body, HasSubstr("larger than 98304 bytes")) << begun;
    client.wait_for_end();
  }
}

TEST(ControlBounds, WhatIsNoHttpIsRefused) {
  ControlBox box(impatient());
  ControlClient client(box.socket());
  client.say("\x16\x03\x01 hello\r\n\r\n");
  EXPECT_EQ(client.answer().status, 400);
  client.wait_for_end();
}

TEST(ControlBounds, SlowRequestIsToldSoAndDropped) {
  ControlBox box(impatient());
  for (const std::string& begin : {partial, partial + "\r\nab", std::string("G")}) {
    ControlClient client(box.socket());
    client.say(begin);
    const auto answer = client.answer();
    EXPECT_EQ(answer.status, 408);
    EXPECT_THAT(answer.body, HasSubstr("0.2 s"));
    client.wait_for_end();
  }
}

TEST(ControlBounds, RefusedClientThatNeverClosesIsDropped) {
  ControlBox box(impatient());
  ControlClient client(box.socket());
  client.say("nonsense\r\n\r\n");
  client.wait_for_end();
  EXPECT_TRUE(box.sessions_become(0));
}

TEST(ControlBounds, IdleClientIsDroppedWithoutAWord) {
  ControlBox box(impatient());
  ControlClient fresh(box.socket());
  ControlClient used(box.socket());
  EXPECT_EQ(used.ask("GET", "/v1/version").status, 200);
  fresh.wait_for_end();
  used.wait_for_end();
  EXPECT_THROW(fresh.answer(), std::runtime_error);
}

TEST(ControlBounds, ClientThatNeverReadsItsAnswerIsDropped) {
  ControlBox box(impatient());
  ForestSummary large;
  large.name = std::string(4 << 20, 'x');
  box.on_loop([&] { box.forests.forests = {large}; });
  ControlClient client(box.socket());
  client.say_request("GET", "/v1/forests");
  client.wait_for_end();
}

TEST(ControlBounds, FollowerThatNeverReadsIsDropped) {
  auto limits = impatient();
  limits.idle = Millis{60'000};
  ControlBox box(limits);
  ControlClient follower(box.socket());
  follower.say_request("GET", "/v1/events?follow=true");
  EXPECT_EQ(follower.answer().status, 200);
  for (int i = 0; i < 100; ++i) box.record(std::string(50'000, 'x'));  // 8 KiB of each are kept
  follower.wait_for_end();
  ControlClient other(box.socket());
  EXPECT_EQ(other.ask("GET", "/v1/version").status, 200);
}

TEST(ControlBounds, ClientOverTheBoundIsToldSoAndThePlaceOfOneThatWentIsFree) {
  ControlLimits limits;
  limits.sessions = 4;
  ControlBox box(limits);
  std::list<ControlClient> clients;
  for (int i = 0; i < 4; ++i)
    EXPECT_EQ(clients.emplace_back(box.socket()).ask("GET", "/v1/version").status, 200);
  ControlClient fifth(box.socket());
  fifth.say_request("GET", "/v1/version");
  const auto answer = fifth.answer();
  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(answer.json().at("error").at("code"), "unavailable");
  EXPECT_EQ(box.sessions(), 4u);
  clients.pop_front();
  EXPECT_TRUE(box.sessions_become(3));
  ControlClient sixth(box.socket());
  EXPECT_EQ(sixth.ask("GET", "/v1/version").status, 200);
}

TEST(ControlBounds, CrowdOverTheBoundIsTurnedAwayAndTheRestIsServed) {
  ControlLimits limits;
  limits.sessions = 8;
  limits.linger = Millis{100};
  ControlBox box(limits);
  std::list<ControlClient> inside;
  for (int i = 0; i < 8; ++i)
    EXPECT_EQ(inside.emplace_back(box.socket()).ask("GET", "/v1/version").status, 200);
  std::list<ControlClient> outside;
  for (int i = 0; i < 200; ++i) outside.emplace_back(box.socket());
  for (ControlClient& client : outside) client.wait_for_end();
  for (ControlClient& client : inside) EXPECT_EQ(client.ask("GET", "/v1/forests").status, 200);
}

// Answers of 1 MB, of which one user may have three unread.
ControlLimits few_unread() {
  ControlLimits limits;
  limits.unread_a_user = 3u << 20;
  limits.answer = Millis{20'000};
  return limits;
}

TEST(ControlBounds, AnswersThatNobodyReadsAreMadeNoFurther) {
  int made = 0;
  ControlBox box(few_unread());
  ForestSummary large;
  large.name = std::string(1u << 20, 'x');
  box.on_loop([&] {
    box.forests.forests = {large};
    box.forests.before = [&made](const std::string& what) { made += what == "list" ? 1 : 0; };
  });
  std::list<ControlClient> never_read;
  for (int i = 0; i < 10; ++i) never_read.emplace_back(box.socket()).say_request("GET", "/v1/forests");
  EXPECT_TRUE(box.comes_true([&] { return made == 3; }));
  ControlClient other(box.socket());
  other.say_request("GET", "/v1/version");  // after all of them on the loop
  box.on_loop([] {});
  box.on_loop([&] { EXPECT_EQ(made, 3) << "3 MB are unread: the fourth waits"; });
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(never_read.front().answer().body.size() > (1u << 20), true);
    never_read.pop_front();
  }
  EXPECT_TRUE(box.comes_true([&] { return made == 6; })) << "those that were read make room";
  never_read.clear();
  EXPECT_EQ(other.answer().status, 200);
}

TEST(ControlBounds, WhoDoesNotReadKeepsAnotherUserWaitingNoLonger) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can be somebody else";
  ControlBox box(few_unread(), {"adm", "mail"});
  ForestSummary large;
  large.name = std::string(1u << 20, 'x');
  box.on_loop([&] { box.forests.forests = {large}; });
  std::list<ControlClient> never_read;
  for (int i = 0; i < 10; ++i) never_read.emplace_back(box.socket()).say_request("GET", "/v1/forests");
  const AnotherUser reader(54'321, ::getgrnam("mail")->gr_gid, {});
  ControlClient other(box.socket());
  EXPECT_EQ(other.ask("GET", "/v1/forests").status, 200);
}

ForestSummary demo_forest() {
  ForestSummary demo;
  demo.name = "demo";
  return demo;
}

// Decisions about a large forest: each has a thousand findings.
std::vector<DecisionView> large_decisions(int count) {
  std::vector<DecisionView> decisions;
  for (int i = count; i > 0; --i) {
    DecisionView& decision = decisions.emplace_back();
    decision.id = i;
    decision.reason = std::string(200'000, 'x');
  }
  return decisions;
}

TEST(ControlBounds, AHistoryOfLargeDecisionsComesInPiecesOfBoundedSize) {
  ControlBox box;
  box.on_loop([&] {
    box.forests.forests = {demo_forest()};
    box.forests.decisions = large_decisions(100);
  });
  ControlClient slow(box.socket());
  slow.say_request("GET", "/v1/forests/demo/history?limit=1000");
  ControlClient client(box.socket());
  client.say_request("GET", "/v1/forests/demo/history?limit=50");
  const auto head = client.answer();
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.header.at("content-type"), "application/json");
  EXPECT_EQ(head.header.count("content-length"), 0u) << "its size is not known before its end";
  const auto all = nlohmann::json::parse(client.line());
  ASSERT_EQ(all.size(), 50u);
  EXPECT_EQ(all[0].at("id"), 100);
  EXPECT_EQ(all[49].at("id"), 51);
  EXPECT_EQ(slow.answer().status, 200) << "20 MB that it does not read were never made";
}

TEST(ControlBounds, AHistoryThatBreaksOffDoesNotLookWhole) {
  int looks = 0;
  ControlBox box;
  box.on_loop([&] {
    box.forests.forests = {demo_forest()};
    box.forests.decisions = large_decisions(10);
    box.forests.before = [&looks](const std::string& what) {
      if (what == "find demo" && ++looks == 5) throw std::runtime_error("the disk is full");
    };
  });
  ControlClient client(box.socket());
  client.say_request("GET", "/v1/forests/demo/history");
  EXPECT_EQ(client.answer().status, 200);
  EXPECT_THROW(client.line(), std::runtime_error);
}

TEST(ControlBounds, EventsComeInPiecesOfBoundedSizeWhateverIsStored) {
  ControlBox box;
  for (int i = 0; i < 30; ++i) box.record(std::string(1u << 20, 'x'));
  const auto small = [](const Event& event) { return event.message.size() <= 8 * 1024; };
  box.on_loop([&] {
    const auto batch = box.store().events_after(0, "", 200, 64 * 1024);
    EXPECT_EQ(batch.size(), 8u);
    EXPECT_TRUE(std::ranges::all_of(batch, small));
    EXPECT_EQ(box.store().events_after(0, "", 200, 1).size(), 1u) << "one comes in any case";
    EXPECT_EQ(box.store().before_last_events(EventFilter{}, 10), 20);
    EXPECT_EQ(box.store().before_last_events(EventFilter{}, 1'000), 0);
    EXPECT_EQ(box.store().before_last_events(EventFilter{}, 0), 30);
    EXPECT_EQ(box.store().before_last_events(EventFilter{"none"}, 10), 30);
  });
  ControlClient client(box.socket());
  client.say_request("GET", "/v1/events?limit=30");
  EXPECT_EQ(client.answer().status, 200);
  int lines = 0;
  for (; !client.ended(); ++lines) EXPECT_LT(client.line().size(), 10'000u);
  EXPECT_EQ(lines, 30);
}

// Idle, amid a header, amid a stream, and with an answer that is not read: they are all connections that wait for their client.
TEST(ControlBounds, ReadersWhoHoldConnectionsKeepNobodyOut) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can be somebody else";
  ControlBox box({}, {"adm", "mail"});
  ForestSummary large;
  large.name = std::string(4u << 20, 'x');
  box.on_loop([&] { box.forests.forests = {large}; });
  const auto mail = ::getgrnam("mail")->gr_gid;
  const std::vector<std::string> ways{"", "GET /v1/version HTTP/1.1\r\nHost", "GET /v1/events?follow=true HTTP/1.1\r\nHost: x\r\n\r\n",
                                      "GET /v1/forests HTTP/1.1\r\nHost: x\r\n\r\n", "POST /v1/forests HTTP/1.1\r\nContent-Length: 9\r\n\r\n{"};
  std::list<ControlClient> held;
  for (unsigned user = 0; user < ways.size(); ++user) {
    const AnotherUser reader(54'321 + user, mail, {});
    for (int i = 0; i < 64; ++i) held.emplace_back(box.socket()).say(ways[user]);
  }
  EXPECT_TRUE(box.sessions_reach(200));
  for (const auto group : {mail, ::getgrnam("adm")->gr_gid}) {
    const AnotherUser late(60'000 + group, group, {});
    for (int i = 0; i < 20; ++i) {
      ControlClient client(box.socket());
      EXPECT_EQ(client.ask("GET", "/v1/version").status, 200) << i;
    }
  }
  EXPECT_LE(box.sessions(), 240u);
}

}  // namespace
}  // namespace morpheus
