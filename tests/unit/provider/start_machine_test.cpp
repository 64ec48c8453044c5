#include <gmock/gmock.h>

#include <csignal>
#include <fstream>

#include "daemon/provider/local/local_provider.hpp"
#include "daemon/provider/local/server_process.hpp"
#include "tests/unit/provider/local_forest.hpp"

namespace morpheus {
namespace {

using testing::ElementsAre;
using testing::SizeIs;

// What could not be started, a sentence each.
asio::awaitable<std::vector<std::string>> start_all(LocalProvider& provider) { co_return co_await provider.start_after_boot(); }

// Says what it was asked, and starts nothing.
class Refusing : public ServerStarter {
 public:
  asio::awaitable<bool> start(std::string instance, ServerFiles) override {
    asked.push_back(instance);
    co_return false;
  }
  std::optional<gid_t> group() const override { return std::nullopt; }
  asio::awaitable<Result<>> signal(std::string, int) override { co_return Result<>{}; }
  asio::awaitable<Result<>> perform(std::string) override { co_return Result<>{}; }
  std::vector<std::string> asked;
};

// What becomes of machines when this computer boots, simulated: their processes are killed, and their records say another boot.
class StartMachine : public testing::Test, public LocalForest {
 protected:
  std::vector<pid_t> servers(const std::string& name, const std::string& conf = "nats.conf") const {
    return servers_with(machine_path(name) / conf);
  }

  nlohmann::json record(const std::string& name) const {
    std::ifstream in(machine_path(name) / "machine.json");
    return nlohmann::json::parse(in);
  }
  void change(const std::string& name, const std::string& key, const nlohmann::json& value) const {
    auto changed = record(name);
    changed[key] = value;
    if (value.is_null()) changed.erase(key);
    std::ofstream(machine_path(name) / "machine.json") << changed.dump();
  }

  void kill_all(const std::string& name) {
    for (const char* conf : {"nats.conf", "witness.conf"}) {
      for (const pid_t pid : servers(name, conf)) ::kill(pid, SIGKILL);
      EXPECT_TRUE(eventually([&] { return servers(name, conf).empty(); }));
    }
    // One that is dying has no command line any more, and holds its lock until the kernel closes it.
    for (const char* lock : {"lock", "witness.lock"}) {
      const auto is_let_go = [&] {
        const auto alive = ServerProcesses::alive(machine_path(name) / lock);
        return alive && !*alive;
      };
      EXPECT_TRUE(eventually(is_let_go)) << lock;
    }
    run(provider().find(name));  // reaps
  }

  // A server is alive from its lock on; under its name only a moment later.
  bool comes_up(const std::string& name, const std::string& conf = "nats.conf") const {
    return eventually([&] { return servers(name, conf).size() == 1; });
  }

  // The next life of the daemon begins. What it says of machines that it could not start.
  std::vector<std::string> begin_next_life() {
    LocalProvider next(clock(), state_dir(), installation(), config());
    return run(start_all(next));
  }
  void start_daemon() { EXPECT_THAT(begin_next_life(), testing::IsEmpty()); }
};

TEST_F(StartMachine, ServerAndWitnessRunAgainAfterABoot) {
  ASSERT_TRUE(create("f-node-1", true));
  kill_all("f-node-1");
  change("f-node-1", "boot", "another");
  start_daemon();
  EXPECT_TRUE(comes_up("f-node-1"));
  EXPECT_TRUE(comes_up("f-node-1", "witness.conf"));
  EXPECT_EQ(record("f-node-1")["boot"], clock().boot_id());
}

TEST_F(StartMachine, ARecordWithoutABootIsOfAnother) {
  ASSERT_TRUE(create("f-node-1"));
  kill_all("f-node-1");
  change("f-node-1", "boot", nullptr);
  change("f-node-1", "off", nullptr);
  start_daemon();
  EXPECT_TRUE(comes_up("f-node-1"));
}

TEST_F(StartMachine, OneThatDiedInThisBootStaysDown) {
  ASSERT_TRUE(create("f-node-1"));
  kill_all("f-node-1");
  start_daemon();
  EXPECT_THAT(servers("f-node-1"), SizeIs(0));
}

TEST_F(StartMachine, ADrainedOneStaysOffUntilItsIntentIsCreatedAgain) {
  ASSERT_TRUE(create("f-node-1"));
  ASSERT_TRUE(run(provider().drain("f-node-1")));
  EXPECT_EQ(record("f-node-1")["off"], true);
  kill_all("f-node-1");
  change("f-node-1", "boot", "another");
  start_daemon();
  EXPECT_THAT(servers("f-node-1"), SizeIs(0));
  ASSERT_TRUE(create("f-node-1"));
  EXPECT_THAT(servers("f-node-1"), SizeIs(1));
  EXPECT_EQ(record("f-node-1")["off"], false);
}

TEST_F(StartMachine, ADrainedOneIsNotedAsOffThoughNoNewFileFits) {
  ASSERT_TRUE(create("f-node-1"));
  const auto draft = machine_path("f-node-1") / "machine.json.tmp";
  std::filesystem::create_directories(draft / "in the way");  // as on a full disk: no sibling can be written
  ASSERT_TRUE(run(provider().drain("f-node-1")));
  EXPECT_EQ(record("f-node-1")["off"], true);
  ASSERT_TRUE(run(provider().destroy("f-node-1")));
  EXPECT_FALSE(std::filesystem::exists(machine_path("f-node-1")));
}

TEST_F(StartMachine, OneThatRunsIsNotStartedTwice) {
  ASSERT_TRUE(create("f-node-1"));
  const auto before = servers("f-node-1");
  change("f-node-1", "boot", "another");
  start_daemon();
  EXPECT_EQ(servers("f-node-1"), before);
}

TEST_F(StartMachine, AnotherInstallationsMachineIsLeftAlone) {
  ASSERT_TRUE(create("f-node-1"));
  kill_all("f-node-1");
  change("f-node-1", "boot", "another");
  LocalProvider stranger(clock(), state_dir(), "another id", config());
  EXPECT_THAT(run(start_all(stranger)), testing::IsEmpty());
  EXPECT_THAT(servers("f-node-1"), SizeIs(0));
}

TEST_F(StartMachine, WhatCannotBeStartedHoldsNoOtherUpAndIsTriedAtTheNextStart) {
  ASSERT_TRUE(create("f-node-1"));
  ASSERT_TRUE(create("f-node-2"));
  for (const char* name : {"f-node-1", "f-node-2"}) {
    kill_all(name);
    change(name, "boot", "another");
  }
  const auto lock = machine_path("f-node-1") / "lock";
  std::filesystem::remove(lock);
  std::filesystem::create_directory(lock);  // cannot be opened for writing, even by root
  EXPECT_THAT(begin_next_life(), ElementsAre(testing::HasSubstr("f-node-1 is not started again: ")));
  EXPECT_TRUE(comes_up("f-node-2"));
  EXPECT_EQ(record("f-node-1")["boot"], "another");
  std::filesystem::remove(lock);
  start_daemon();
  EXPECT_TRUE(comes_up("f-node-1"));
}

TEST_F(StartMachine, WhatAStarterCannotStartIsAChildOfTheDaemon) {
  Refusing starter;
  LocalProvider refused(clock(), state_dir(), installation(), config(), &starter);
  const auto made = run(refused.create(spec_of("f-node-1", true)));
  ASSERT_TRUE(made) << describe(made.error());
  EXPECT_THAT(starter.asked, ElementsAre("f-node-1:witness", "f-node-1"));
  EXPECT_THAT(servers("f-node-1"), SizeIs(1));
  ASSERT_TRUE(run(refused.create(spec_of("f-node-1", true))));
  EXPECT_THAT(starter.asked, SizeIs(2)) << "what lives is not started";
}

}  // namespace
}  // namespace morpheus
