#include <fmt/format.h>
#include <gmock/gmock.h>
#include <grp.h>
#include <unistd.h>

#include <list>

#include "daemon/store/journal.hpp"
#include "tests/unit/control/control_box.hpp"

// Waits in real time: on real sockets simulated time would jump to a limit before the bytes have passed the kernel.

namespace morpheus {
namespace {

using testing::HasSubstr;

constexpr unsigned somebody = 54'321;
constexpr unsigned no_group = 54'322;

// Groups that every Debian has stand for the daemon's own.
const PeerGroups groups{"adm", "mail"};

unsigned gid_of(const std::string& name) { return ::getgrnam(name.c_str())->gr_gid; }

class Permissions : public testing::Test {
 protected:
  void SetUp() override {
    if (::geteuid() != 0) GTEST_SKIP() << "only root can be somebody else";
  }
  static ControlLimits limits() {
    ControlLimits limits;
    limits.sessions_a_user = 2;
    limits.refusals_pause = Millis{3'600'000};
    return limits;
  }
  std::unique_ptr<ControlClient> connect(unsigned gid = no_group, const std::vector<unsigned>& more = {},
                                         unsigned uid = somebody) {
    const AnotherUser user(uid, gid, more);
    return std::make_unique<ControlClient>(box_.socket());
  }
  std::vector<Event> record() {
    std::vector<Event> events;
    box_.on_loop([&] { events = box_.store().last_events("", 100); });
    return events;
  }

  ControlBox box_{limits(), groups};
};

TEST_F(Permissions, StrangerIsRefusedWithTheGroupsNamed) {
  for (const char* target : {"/v1/version", "/v1/forests", "/v1/events?follow=true", "/v1/nowhere"}) {
    const auto client = connect();
    const auto answer = client->ask("GET", target);
    EXPECT_EQ(answer.status, 403) << target;
    EXPECT_EQ(answer.json().at("error").at("code"), "denied");
    EXPECT_THAT(answer.body, HasSubstr("group adm may change things, group mail may look"));
    client->wait_for_end();
  }
  EXPECT_EQ(connect()->ask("DELETE", "/v1/forests/demo").status, 403);
  box_.on_loop([&] { EXPECT_TRUE(box_.forests.asked.empty()); });
}

TEST_F(Permissions, StrangerIsAnsweredAndClosedAtOnceWhateverItSendsOrDoesNot) {
  const std::string large = fmt::format("POST /v1/forests HTTP/1.1\r\nContent-Length: 60000\r\n\r\n{:x>60000}", "");
  for (const std::string& said : {std::string(), std::string("G"), std::string("GET / HTTP/1.1\r\nHost"), std::string("\x16\x03\x01"), large}) {
    const auto client = connect();
    client->say(said);
    EXPECT_EQ(client->answer().status, 403) << said.substr(0, 20);
    client->wait_for_end();
  }
  EXPECT_EQ(box_.sessions(), 0u) << "it takes nobody's place";
}

TEST_F(Permissions, StrangersWhoHoldConnectionsKeepNobodyOut) {
  std::list<std::unique_ptr<ControlClient>> strangers;
  for (unsigned user = 0; user < 5; ++user) {
    for (int i = 0; i < 60; ++i) strangers.push_back(connect(no_group, {}, somebody + user));
  }
  EXPECT_EQ(connect(gid_of("mail"))->ask("GET", "/v1/version").status, 200);
  EXPECT_EQ(connect(gid_of("adm"))->ask("POST", "/v1/forests", "{}").status, 202);
  ControlClient root(box_.socket());
  EXPECT_EQ(root.ask("GET", "/v1/version").status, 200);
  for (const auto& stranger : strangers) stranger->wait_for_end();
}

TEST_F(Permissions, WhoOnlyReadsIsNotAnsweredAnew) {
  const auto reader = connect(gid_of("mail"));
  const auto actor = connect(gid_of("adm"));
  for (const std::string target : {"/v1/orphans", "/v1/doctor"}) {
    EXPECT_EQ(reader->ask("GET", target).status, 200);
    EXPECT_EQ(reader->ask("GET", target + "?fresh=false").status, 200);
    const auto refused = reader->ask("GET", target + "?fresh=true");
    EXPECT_EQ(refused.status, 403);
    EXPECT_THAT(refused.body, HasSubstr("half a minute old at most"));
    EXPECT_EQ(actor->ask("GET", target + "?fresh=true").status, 200);
    EXPECT_EQ(actor->ask("GET", target + "?fresh=maybe").status, 400);
  }
  const std::vector<std::string> asked{"orphans", "orphans", "orphans anew", "examine", "examine", "examine anew"};
  box_.on_loop([&] { EXPECT_EQ(box_.forests.asked, asked); });
}

TEST_F(Permissions, ViewingGroupReadsAndChangesNothing) {
  for (const auto& client : {connect(gid_of("mail")), connect(no_group, {1, 2, gid_of("mail")})}) {
    EXPECT_EQ(client->ask("GET", "/v1/forests").status, 200);
    EXPECT_EQ(client->ask("GET", "/v1/nowhere").status, 404);
    EXPECT_EQ(client->ask("POST", "/v1/forests", "{}").status, 403);
    EXPECT_EQ(client->ask("DELETE", "/v1/forests/demo/nodes/x").status, 403);
  }
  box_.on_loop([&] { EXPECT_TRUE(box_.forests.asked.empty()); });
}

TEST_F(Permissions, ActingGroupActsByFirstAndBySupplementaryGroup) {
  std::vector<unsigned> many;
  for (unsigned gid = 60'000; gid < 60'200; ++gid) many.push_back(gid);
  many.push_back(gid_of("adm"));
  const auto by_first = connect(gid_of("adm"));
  EXPECT_EQ(by_first->ask("POST", "/v1/forests", "{}").status, 202);
  const auto by_many = connect(no_group, many);
  EXPECT_EQ(by_many->ask("POST", "/v1/forests", "{}").status, 202);
  box_.on_loop([&] {
    EXPECT_EQ(box_.forests.asked.size(), 2u);
    EXPECT_EQ(box_.forests.caller.uid, somebody);
    EXPECT_EQ(box_.forests.caller.user, "uid 54321");
  });
}

TEST_F(Permissions, RefusalIsInTheRecordOnceHoweverOftenItIsTried) {
  {
    const auto client = connect();
    client->say(fmt::format("DELETE /v1/forests/\xc2\x9b{:x>5000} HTTP/1.1\r\nHost: x\r\n\r\n", ""));
    EXPECT_EQ(client->answer().status, 403);
  }
  EXPECT_TRUE(box_.comes_true([&] { return box_.store().last_events("", 100).size() == 1; }));
  for (int i = 0; i < 50; ++i) EXPECT_EQ(connect()->ask("GET", "/v1/forests").status, 403);
  EXPECT_TRUE(box_.comes_true([&] { return box_.store().last_events("", 100).size() == 2; }));
  const auto events = record();
  ASSERT_EQ(events.size(), 2u) << "one of the reads, one of the writes";
  EXPECT_EQ(events[0].kind, "command");
  EXPECT_EQ(events[0].level, EventLevel::warning);
  EXPECT_THAT(events[0].message, HasSubstr("uid 54321 (uid 54321, pid "));
  EXPECT_THAT(events[0].message, HasSubstr("was refused DELETE /v1/forests/??xxx"));
  EXPECT_LT(events[0].message.size(), 400u);
}

TEST_F(Permissions, OneUserHasItsPlacesAndRootFindsOne) {
  const auto first = connect(gid_of("mail"));
  const auto second = connect(gid_of("mail"));
  EXPECT_EQ(first->ask("GET", "/v1/version").status, 200);
  EXPECT_EQ(second->ask("GET", "/v1/version").status, 200);
  const auto third = connect(gid_of("mail"));
  third->say_request("GET", "/v1/version");
  EXPECT_EQ(third->answer().status, 503);
  const auto other = connect(gid_of("mail"), {}, somebody + 1);
  EXPECT_EQ(other->ask("GET", "/v1/version").status, 200);
  std::list<ControlClient> admin;
  for (int i = 0; i < 5; ++i)
    EXPECT_EQ(admin.emplace_back(box_.socket()).ask("GET", "/v1/version").status, 200);
}

class FrozenClock : public Clock {
 public:
  WallTime wall() const override { return WallTime(now.time_since_epoch()); }
  BootTime boot() const override { return now; }
  std::string boot_id() const override { return "boot"; }
  asio::awaitable<void> sleep_until(BootTime) override { co_return; }
  BootTime now{Millis{1'000}};
};

TEST(ControlRefusals, NextEventSaysHowManyThereWereAndStrangersCannotFloodTheRecord) {
  const TempDir dir;
  FrozenClock clock;
  asio::io_context loop;
  const auto store = Store::open(dir / "morpheus.db", "0123456789abcdef").value();
  Tally tally;
  Journal journal(clock, *store, tally, loop.get_executor());
  ControlLimits limits;
  limits.refusals_pause = Millis{100};
  limits.refused_users = 10;
  Record record(*store, journal);
  Refusals refusals(clock, record, limits);
  const Caller caller{7, 8, "eve"};
  for (int i = 0; i < 4; ++i) refusals.record(caller, "GET /");
  clock.now += Millis{100};
  refusals.record(caller, "GET /");
  auto events = store->last_events("", 100);
  ASSERT_EQ(events.size(), 2u);
  EXPECT_EQ(events[0].message, "eve (uid 7, pid 8) was refused GET /");
  EXPECT_EQ(events[1].message, "eve (uid 7, pid 8) was refused GET /; and 3 times more before");
  refusals.record(caller, "DELETE /v1/forests/a");
  EXPECT_EQ(store->last_events("", 1)[0].message, "eve (uid 7, pid 8) was refused DELETE /v1/forests/a")
      << "a read hides no write";
  for (int uid = 1'000; uid < 1'100; ++uid) refusals.record(Caller{uid, 8, "many"}, "GET /");
  EXPECT_EQ(store->last_events("", 100).size(), 11u) << "of ten users and kinds, and the second of the first";
}

}  // namespace
}  // namespace morpheus
