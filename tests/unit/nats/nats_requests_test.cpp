#include "daemon/nats/nats_requests.hpp"

#include <gmock/gmock.h>

#include <boost/asio/this_coro.hpp>
#include <csignal>

#include "daemon/image/nats_conf.hpp"
#include "daemon/nats/connection.hpp"
#include "daemon/runtime/timeout.hpp"
#include "tests/unit/provider/local_cluster.hpp"

// Waits in real time: real nats-servers start, elect and resign by their own clocks.

namespace morpheus {
namespace {

using testing::SizeIs;

// The first answer is enough.
asio::awaitable<Result<bool>> connect_and_ask(SystemAccess access, std::string subject, std::string inbox) {
  const auto executor = co_await asio::this_coro::executor;
  NatsConnection connection(executor, access.addresses.front());
  const auto opened = co_await connection.open(access.key, access.seed, NatsRequests::connect_limit);
  if (!opened) co_return opened.error();
  const NatsConnection::Seen first = [](std::string_view) { return true; };
  co_return co_await connection.ask(subject, inbox, "", first, NatsRequests::reply_limit, NatsRequests::max_answers);
}

class NatsRequestsTest : public testing::Test, public LocalCluster {
 protected:
  SystemAccess access() {
    SystemAccess access;
    for (const Node& node : nodes()) {
      access.addresses.push_back(node.address);
      access.members.insert(node.server_name);
      if (node.witness) access.members.insert(witness_server_name(node.server_name));
    }
    access.key = secrets().system_key;
    access.seed = secrets().system_seed;
    return access;
  }

  // Both run on a loop of their own, as the daemon's would.
  Result<> remove_peer(const SystemAccess& access, const std::string& name) {
    asio::io_context loop{1};
    NatsRequests requests(ids_);
    return run(loop, requests.remove_peer(access, name));
  }
  Result<Jsz> ask_leader(const SystemAccess& access) {
    asio::io_context loop{1};
    NatsRequests requests(ids_);
    return run(loop, requests.leader_view(access));
  }

  // Over a connection of its own: whether it was answered.
  Result<bool> first_answer(const SystemAccess& access, const std::string& subject) {
    asio::io_context loop{1};
    return run(loop, connect_and_ask(access, subject, ids_.random_hex(16)));
  }

  // Makes the meta group choose again.
  void step_down(const SystemAccess& access) {
    const auto asked = first_answer(access, "$JS.API.META.LEADER.STEPDOWN");
    ASSERT_TRUE(asked) << describe(asked.error());
    EXPECT_TRUE(*asked);
  }

  bool leads_three() {
    return eventually([&] {
      for (const Node& node : nodes()) {
        if (!is_current(node, 3)) return false;
      }
      return true;
    });
  }

  void kill_server(const std::string& name, const std::string& conf) {
    for (const pid_t pid : servers_with(machine_path(name) / conf)) ::kill(pid, SIGKILL);
  }

  SystemIds ids_;
};

// The others' answers come while the question is already answered.
TEST_F(NatsRequestsTest, AnswersThatNobodyWaitsForAnyMoreHarmNothing) {
  constexpr int times = 200;
  ASSERT_NO_FATAL_FAILURE(plant(3));
  ASSERT_TRUE(leads_three());
  for (int i = 0; i < times; ++i) {
    const auto asked = first_answer(access(), "$SYS.REQ.SERVER.PING.JSZ");
    ASSERT_TRUE(asked) << i << ": " << describe(asked.error());
    ASSERT_TRUE(*asked) << i;
  }
}

TEST_F(NatsRequestsTest, LeaderTellsItsViewThroughAnyServer) {
  ASSERT_NO_FATAL_FAILURE(plant(3));
  ASSERT_TRUE(leads_three());
  for (const Node& node : nodes()) {
    auto through = access();
    through.addresses = {node.address};
    const auto view = ask_leader(through);
    ASSERT_TRUE(view) << describe(view.error());
    EXPECT_EQ(view->cluster_size, 3);
    EXPECT_THAT(view->replicas, SizeIs(2));
    EXPECT_EQ(view->leader, member(leader_view(), "leader"));
  }
}

TEST_F(NatsRequestsTest, StoppedServerLeavesTheMetaGroup) {
  ASSERT_NO_FATAL_FAILURE(plant(3));
  ASSERT_TRUE(leads_three());
  kill_server("f-node-3", "nats.conf");
  EXPECT_TRUE(eventually([&] {
    const auto asked = remove_peer(access(), "f-node-3");
    return asked && member(leader_view(), "cluster_size") == 2;
  }));
  const auto again = remove_peer(access(), "f-node-3");
  EXPECT_TRUE(again) << describe(again.error());
}

TEST_F(NatsRequestsTest, WitnessLeavesAtThreeCoresThoughItLed) {
  ASSERT_NO_FATAL_FAILURE(plant(1));
  ASSERT_TRUE(publish_one("f-node-1"));
  for (const int size : {3, 4}) {
    ASSERT_NO_FATAL_FAILURE(grow(NodeRole::core));
    ASSERT_TRUE(eventually([&] { return is_current(nodes().back(), size); }));
  }
  // Until the witness leads: the removal has to work then too.
  ASSERT_TRUE(eventually([&] {
    const auto view = ask_leader(access());
    if (!view) return false;
    if (view->leader == "f-node-1-witness") return true;
    step_down(access());
    return false;
  }));
  const auto retired = run(provider().retire_witness("f-node-1"));
  ASSERT_TRUE(retired && *retired);
  EXPECT_TRUE(eventually([&] {
    const auto view = ask_leader(access());
    if (!view || view->leader == "f-node-1-witness") return false;
    if (view->cluster_size == 3) return true;
    EXPECT_TRUE(remove_peer(access(), "f-node-1-witness"));
    return false;
  }));
  EXPECT_EQ(messages_in("f-node-1"), 1);
}

TEST_F(NatsRequestsTest, MetaGroupWithoutQuorumIsUnavailable) {
  ASSERT_NO_FATAL_FAILURE(plant(1));
  ASSERT_TRUE(publish_one("f-node-1"));
  ASSERT_TRUE(run(provider().retire_witness("f-node-1")));
  EXPECT_TRUE(eventually([&] {
    const auto asked = remove_peer(access(), "f-node-1-witness");
    return !asked && asked.error().code == ErrorCode::unavailable;
  }));
}

TEST_F(NatsRequestsTest, DeadAddressIsPassedOver) {
  ASSERT_NO_FATAL_FAILURE(plant(3));
  ASSERT_TRUE(leads_three());
  auto through = access();
  through.addresses = {subnet_of(installation(), 0) + ".250", nodes().front().address};
  EXPECT_TRUE(ask_leader(through));
}

TEST_F(NatsRequestsTest, NobodyThereIsUnavailableAndSaysWhere) {
  SystemAccess nowhere;
  nowhere.addresses = {subnet_of(installation(), 0) + ".250"};
  nowhere.key = secrets().system_key;
  nowhere.seed = secrets().system_seed;
  const auto view = ask_leader(nowhere);
  ASSERT_FALSE(view);
  EXPECT_EQ(view.error().code, ErrorCode::unavailable);
  EXPECT_THAT(view.error().message, testing::HasSubstr(nowhere.addresses.front()));
  EXPECT_EQ(remove_peer(SystemAccess{}, "x").error().code, ErrorCode::unavailable);
}

TEST_F(NatsRequestsTest, HungServerDoesNotHoldACancelledCaller) {
  ASSERT_NO_FATAL_FAILURE(plant(1));
  ASSERT_TRUE(publish_one("f-node-1"));
  for (const pid_t pid : servers_with(machine_path("f-node-1") / "nats.conf")) ::kill(pid, SIGSTOP);
  const BootTime begin = clock().boot();
  asio::io_context loop{1};
  NatsRequests requests(ids_);
  const auto view = run(loop, with_timeout(clock(), Millis{50}, requests.leader_view(access())));
  EXPECT_FALSE(view);
  EXPECT_LT(clock().boot() - begin, NatsRequests::connect_limit) << "a cancelled request ends at once";
}

TEST_F(NatsRequestsTest, AnotherKeyIsRefused) {
  ASSERT_NO_FATAL_FAILURE(plant(1));
  ASSERT_TRUE(publish_one("f-node-1"));
  auto wrong = access();
  SystemIds ids;
  const Nkey another = make_user_nkey(ids);
  wrong.key = another.public_key;
  wrong.seed = another.seed;
  const auto view = ask_leader(wrong);
  ASSERT_FALSE(view);
  EXPECT_EQ(view.error().code, ErrorCode::unavailable);
}

}  // namespace
}  // namespace morpheus
