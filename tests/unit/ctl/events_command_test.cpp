#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/ctl/fake_daemon.hpp"
#include "tests/unit/ctl/run_ctl.hpp"
#include "tests/unit/ctl/scenes.hpp"

namespace morpheus::ctl::test {
namespace {

using ::testing::HasSubstr;
using ::testing::MatchesRegex;

TEST(EventsCommand, OfAForestThatIsNotKnownIsNotFound) {
  FakeDaemon daemon;
  daemon.on("GET /v1/events?follow=false&limit=50&forest=nowhere", error(404, "not_found", "no forest \"nowhere\"", "morpheusctl list shows them"));
  const auto outcome = run_ctl(daemon.socket(), {"events", "--forest", "nowhere"});
  EXPECT_EQ(outcome.status, 5);
  EXPECT_EQ(outcome.err, "morpheusctl: no forest \"nowhere\"\n  morpheusctl list shows them\n");
}

TEST(EventsCommand, AsksForALevelAndATime) {
  FakeDaemon daemon;
  daemon.on("GET /v1/events?follow=false&limit=10000&forest=oak&level=warning&since=2026-07-03T07%3A00%3A00.000Z", lines({node_event("oak-node-1", "lost")}));
  const auto outcome = run_ctl(daemon.socket(), {"events", "--forest", "oak", "--level", "warning", "--since", "2026-07-03T09:00:00+02:00"});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("oak-node-1: lost\n"));
}

TEST(EventsCommand, SinceIsOfTheUsersTimeZone) {
  FakeDaemon daemon;
  daemon.on("GET /v1/events?follow=false&limit=7&forest=&since=2026-07-03T07%3A00%3A00.000Z", lines({node_event("oak-node-1", "lost")}));
  const auto outcome =
      run_ctl(daemon.socket(), {"events", "-n", "7", "--since", "2026-07-03 09:00"}, On::pipes, {"TZ=CET-1CEST,M3.5.0,M10.5.0/3"});
  EXPECT_THAT(outcome.out, HasSubstr("oak-node-1: lost\n")) << outcome.err;
}

TEST(EventsCommand, ARelativeTimeIsCountedFromNow) {
  FakeDaemon daemon;
  run_ctl(daemon.socket(), {"events", "--since", "10min ago"});
  ASSERT_EQ(daemon.seen().size(), 1U);
  EXPECT_THAT(daemon.seen()[0].line, MatchesRegex("GET /v1/events\\?follow=false&limit=10000&forest=&since=20[0-9-]+T[0-9]+%3A[0-9]+%3A[0-9.]+Z"));
}

TEST(EventsCommand, WhatIsNoTimeOrLevelIsUsage) {
  FakeDaemon daemon;
  for (const std::vector<std::string>& words : std::vector<std::vector<std::string>>{
           {"--since", "soon"}, {"--since", ""}, {"--since", "25:00"}, {"--since", "10"}, {"--level", "debug"}, {"--level", ""}, {"-n", "10001"}}) {
    auto arguments = words;
    arguments.insert(arguments.begin(), "events");
    EXPECT_EQ(run_ctl(daemon.socket(), arguments).status, 2) << ::testing::PrintToString(words);
  }
  EXPECT_TRUE(daemon.seen().empty());
}

TEST(OperationsCommand, IsATableOrJson) {
  FakeDaemon daemon;
  daemon.on("GET /v1/operations?limit=20&forest=", reply(std::vector{demo_operation(OperationKind::grow)}));
  daemon.on("GET /v1/operations?limit=3&forest=oak", reply(std::vector{demo_operation(OperationKind::plant)}));
  daemon.on("GET /v1/operations?limit=20&forest=nowhere", error(404, "not_found", "no forest \"nowhere\""));
  EXPECT_THAT(run_ctl(daemon.socket(), {"operations"}).out, HasSubstr("#3  grow       demo    running"));
  const auto json = run_ctl(daemon.socket(), {"operations", "--forest", "oak", "--limit", "3", "-o", "json"});
  EXPECT_EQ(json.status, 0) << json.err;
  EXPECT_EQ(nlohmann::json::parse(json.out).at(0)["kind"], "plant");
  EXPECT_EQ(run_ctl(daemon.socket(), {"operations", "--forest", "nowhere"}).status, 5);
  EXPECT_EQ(run_ctl(daemon.socket(), {"operations", "-n", "0"}).status, 2);
}

TEST(OperationsCommand, AnIdIsTakenAsItIsShown) {
  FakeDaemon daemon;
  daemon.on("GET /v1/operations/3", reply(demo_operation(OperationKind::grow)));
  for (const std::string id : {"3", "#3"}) {
    EXPECT_THAT(run_ctl(daemon.socket(), {"operation", id}).out, HasSubstr("grow #3 of demo: running\n")) << id;
  }
  for (const std::string id : {"#", "##3", "three", "3#"}) EXPECT_EQ(run_ctl(daemon.socket(), {"operation", id}).status, 2) << id;
}

}  // namespace
}  // namespace morpheus::ctl::test
