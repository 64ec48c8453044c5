#include <fmt/format.h>
#include <gmock/gmock.h>

#include <list>

#include "tests/unit/control/control_box.hpp"

namespace morpheus {
namespace {

using testing::HasSubstr;

const std::string partial = "POST /v1/forests HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n";

ControlLimits impatient() {
  ControlLimits limits;
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
  for (int i = 0; i < 20; ++i) box.record(std::string(50'000, 'x'));
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

TEST(ControlSeats, OneUserCannotTakeThemAllNorAllUsersTheKeptOnes) {
  ControlLimits limits;
  limits.sessions = 10;
  limits.sessions_kept = 2;
  limits.sessions_a_user = 5;
  Seats seats(limits);
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(seats.take(1000, false));
  EXPECT_FALSE(seats.take(1000, false));
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(seats.take(1001, false));
  EXPECT_FALSE(seats.take(1002, false));
  EXPECT_TRUE(seats.take(0, true));
  EXPECT_TRUE(seats.take(0, true));
  EXPECT_FALSE(seats.take(0, true));
  seats.leave(1000);
  seats.leave(0);
  EXPECT_FALSE(seats.take(1000, false));
  seats.leave(1001);
  EXPECT_TRUE(seats.take(1000, false));
  EXPECT_EQ(seats.taken(), 8u);
}

}  // namespace
}  // namespace morpheus
