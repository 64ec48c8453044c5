#include "daemon/nats/libnats_requests.hpp"

#include <gmock/gmock.h>

#include <csignal>

#include "daemon/image/nats_conf.hpp"
#include "daemon/nats/connection.hpp"
#include "daemon/runtime/timeout.hpp"
#include "tests/unit/provider/local_cluster.hpp"

namespace morpheus {
namespace {

using testing::SizeIs;

class LibnatsRequestsTest : public testing::Test, public LocalCluster {
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
    LibnatsRequests requests;
    return run(loop, requests.remove_peer(access, name));
  }
  Result<Jsz> ask_leader(const SystemAccess& access) {
    asio::io_context loop{1};
    LibnatsRequests requests;
    return run(loop, requests.leader_view(access));
  }

  // Makes the meta group choose again.
  void step_down(const SystemAccess& access) {
    auto connection = NatsConnection::open(access, 1, LibnatsRequests::connect_limit);
    ASSERT_TRUE(connection) << describe(connection.error());
    EXPECT_TRUE(connection->request("$JS.API.META.LEADER.STEPDOWN", "", LibnatsRequests::reply_limit));
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
};

// The others' answers come while the question is already answered: what they are delivered to must not be gone.
TEST_F(LibnatsRequestsTest, AnswersThatNobodyWaitsForAnyMoreHarmNothing) {
  constexpr int times = 200;
  ASSERT_NO_FATAL_FAILURE(plant(3));
  ASSERT_TRUE(leads_three());
  const auto first_is_enough = [](std::string_view) { return true; };
  for (int i = 0; i < times; ++i) {
    auto connection = NatsConnection::open(access(), 1, LibnatsRequests::connect_limit);
    ASSERT_TRUE(connection) << describe(connection.error());
    const auto asked = connection->ask_all("$SYS.REQ.SERVER.PING.JSZ", first_is_enough, LibnatsRequests::view_limit, LibnatsRequests::max_answers);
    ASSERT_TRUE(asked && *asked) << i;
  }
}

TEST_F(LibnatsRequestsTest, LeaderTellsItsViewThroughAnyServer) {
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

TEST_F(LibnatsRequestsTest, StoppedServerLeavesTheMetaGroup) {
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

TEST_F(LibnatsRequestsTest, WitnessLeavesAtThreeCoresThoughItLed) {
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

TEST_F(LibnatsRequestsTest, MetaGroupWithoutQuorumIsUnavailable) {
  ASSERT_NO_FATAL_FAILURE(plant(1));
  ASSERT_TRUE(publish_one("f-node-1"));
  ASSERT_TRUE(run(provider().retire_witness("f-node-1")));
  EXPECT_TRUE(eventually([&] {
    const auto asked = remove_peer(access(), "f-node-1-witness");
    return !asked && asked.error().code == ErrorCode::unavailable;
  }));
}

TEST_F(LibnatsRequestsTest, DeadAddressIsPassedOver) {
  ASSERT_NO_FATAL_FAILURE(plant(3));
  ASSERT_TRUE(leads_three());
  auto through = access();
  through.addresses = {subnet_of(installation(), 0) + ".250", nodes().front().address};
  EXPECT_TRUE(ask_leader(through));
}

TEST_F(LibnatsRequestsTest, NobodyThereIsUnavailableAndSaysWhere) {
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

TEST_F(LibnatsRequestsTest, HungServerHoldsACancelledCallerNoLongerThanItsBound) {
  ASSERT_NO_FATAL_FAILURE(plant(1));
  ASSERT_TRUE(publish_one("f-node-1"));
  for (const pid_t pid : servers_with(machine_path("f-node-1") / "nats.conf")) ::kill(pid, SIGSTOP);
  const BootTime begin = clock().boot();
  asio::io_context loop{1};
  LibnatsRequests requests;
  const auto view = run(loop, with_timeout(clock(), Millis{50}, requests.leader_view(access())));
  EXPECT_FALSE(view);
  EXPECT_LT(clock().boot() - begin, 3 * LibnatsRequests::connect_limit);
}

TEST_F(LibnatsRequestsTest, AnotherKeyIsRefused) {
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
