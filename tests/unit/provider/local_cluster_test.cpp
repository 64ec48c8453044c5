#include "tests/unit/provider/local_cluster.hpp"

#include <csignal>

#include "daemon/provider/local/machine_dir.hpp"
#include "daemon/provider/local/server_process.hpp"

// Waits in real time: real nats-servers start, elect and resign by their own clocks.

namespace morpheus {
namespace {

class LocalClusterTest : public testing::Test, public LocalCluster {};

TEST_F(LocalClusterTest, OneCoreWithItsWitnessGrowsToThreeAndAnEdgeAndKeepsItsStream) {
  ASSERT_NO_FATAL_FAILURE(plant(1));
  ASSERT_TRUE(publish_one("f-node-1"));
  ASSERT_NO_FATAL_FAILURE(grow(NodeRole::core));
  ASSERT_TRUE(eventually([&] { return is_current(nodes()[1], 3); }));
  ASSERT_NO_FATAL_FAILURE(grow(NodeRole::core));
  ASSERT_TRUE(eventually([&] { return is_current(nodes()[2], 4); }));
  ASSERT_NO_FATAL_FAILURE(grow(NodeRole::edge));
  for (const Node& node : nodes()) {
    EXPECT_TRUE(eventually([&] { return routes_to(node, 4); })) << node.name;
  }
  EXPECT_EQ(messages_in("f-node-1"), 1);
  EXPECT_EQ(messages_in("f-node-4"), 1) << "an edge serves JetStream's clients";
  EXPECT_EQ(member(get_json(nodes()[3].address, 8222, "/jsz"), "disabled"), true);
}

TEST_F(LocalClusterTest, OneCoreWithItsWitnessComesBackFromAPowerCutWithItsStream) {
  ASSERT_NO_FATAL_FAILURE(plant(1));
  ASSERT_TRUE(publish_one("f-node-1"));
  const MachineDir machine(machine_path("f-node-1"));
  for (const ServerFiles& files : {machine.server(), machine.witness()}) {
    for (const pid_t pid : servers_with(files.conf)) ::kill(pid, SIGKILL);
    ASSERT_TRUE(eventually([&] { return !ServerProcesses::alive(files.lock).value(); })) << files.conf;
  }
  ASSERT_TRUE(run(provider().create(spec_of(nodes().front(), nodes(), 1))));
  EXPECT_TRUE(eventually([&] { return messages_in("f-node-1") == 1; }));
}

TEST_F(LocalClusterTest, ThreeCoresThatBootTogetherElectOneLeader) {
  ASSERT_NO_FATAL_FAILURE(plant(3));
  for (const Node& node : nodes()) {
    EXPECT_TRUE(eventually([&] { return is_current(node, 3); })) << node.name;
  }
  EXPECT_TRUE(publish_one("f-node-2"));
}

// `nats-server -t` does not tell whether a password means what it says.
TEST_F(LocalClusterTest, AwkwardPasswordsWorkBetweenServers) {
  const std::vector<std::string> awkward{"a\"b\\c",   "$HOME 100% %41", "a\nb\t",
                                         "ümlaut 木", "a@b:c/d?e#f",    "1G"};
  for (const auto& text : awkward) {
    auto spec = spec_of("f-node-1", true);
    spec.image.secrets.route_password = text;
    const auto made = run(provider().create(spec));
    ASSERT_TRUE(made) << describe(made.error());
    const auto is_well = [&] {
      return get_json(made->address, 8222, "/healthz?js-server-only=true").has_value();
    };
    EXPECT_TRUE(eventually(is_well)) << text << ": the witness has no route";
    EXPECT_TRUE(nats_request(made->address, "$JS.API.INFO", "")) << text;
    EXPECT_FALSE(nats_request(made->address, "$SYS.REQ.SERVER.PING", "")) << text << ": a client is not the system";
    ASSERT_TRUE(run(provider().destroy("f-node-1")));
  }
}

}  // namespace
}  // namespace morpheus
