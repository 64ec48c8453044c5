#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "tests/integration/daemon_box.hpp"

// Nothing in a state directory or a database makes the real daemon crash again and again.

namespace morpheus {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;

class CrashLoop : public testing::TestWithParam<int> {
 protected:
  static BoxSettings settings() {
    BoxSettings settings;
    settings.slow_start = true;
    return settings;
  }

  std::int64_t open_id() { return box_.ask({"status", "oak"})["forest"]["operation"]["id"]; }
  nlohmann::json operation(std::int64_t id) { return box_.ask({"operation", std::to_string(id)}); }

  void crash() {
    ASSERT_EQ(::kill(box_.pid(), GetParam()), 0);
    ASSERT_TRUE(wait_until([this] { return !box_.running(); }, limit));
  }

  DaemonBox box_{settings()};
};

TEST_P(CrashLoop, EndsWithTheOperationParkedAndTheOthersServed) {
  box_.start();
  ASSERT_EQ(box_.ctl({"plant", "local", "small", "--name", "elm"}).status, 0) << box_.log();
  box_.hold_servers();
  ASSERT_EQ(box_.ctl({"plant", "local", "small", "--name", "oak", "--detach"}).status, 0) << box_.log();
  ASSERT_TRUE(wait_until([this] { return open_operation(box_.database()) == "plant: booting"; }, limit)) << open_operation(box_.database());
  const auto id = open_id();
  for (int restarts = 1; restarts <= 3; ++restarts) {
    ASSERT_TRUE(operation(id)["parked"].is_null()) << restarts;
    crash();
    EXPECT_TRUE(fs::exists(box_.file("state/crashed"))) << "its mark";
    box_.start();
    EXPECT_FALSE(fs::exists(box_.file("state/crashed")));
  }
  EXPECT_THAT(operation(id)["parked"].get<std::string>(), HasSubstr("the daemon crashed 3 times running"));
  const auto command = "morpheusctl operation " + std::to_string(id) + " --resume, or --abort";
  EXPECT_THAT(box_.ctl({"status", "oak"}).out, HasSubstr(command));
  EXPECT_THAT(box_.ctl({"events"}).out, HasSubstr(command));
  EXPECT_THAT(box_.ctl({"doctor"}).out, HasSubstr(command));
  EXPECT_THAT(box_.ctl({"operation", std::to_string(id)}).out, AllOf(HasSubstr("parked"), HasSubstr(command), HasSubstr("booting")));
  const auto refused = box_.ctl({"shrink", "oak", "--node", "node-1", "--yes"});
  EXPECT_EQ(refused.status, 4) << refused.err;
  EXPECT_THAT(refused.err, HasSubstr(command));
  EXPECT_EQ(box_.ctl({"operation", std::to_string(id), "--wait"}).status, 1) << "it does not wait for what nobody works at";

  box_.release_servers();
  EXPECT_EQ(box_.ctl({"grow", "elm", "--yes"}).status, 0) << "the others are served: " << box_.log();
  const auto resumed = box_.ctl({"operation", std::to_string(id), "--resume", "--wait"});
  EXPECT_EQ(resumed.status, 0) << resumed.out << resumed.err;
  EXPECT_EQ(operation(id)["state"], "succeeded");
  EXPECT_EQ(box_.ctl({"operation", std::to_string(id), "--abort"}).status, 4) << "it is not parked";
}

INSTANTIATE_TEST_SUITE_P(By, CrashLoop, testing::Values(SIGSEGV, SIGABRT, SIGBUS, SIGFPE),
                         [](const auto& instance) { return std::string("SIG") + ::sigabbrev_np(instance.param); });

TEST(Killed, FromOutsideAnOperationIsNotParked) {
  BoxSettings settings;
  settings.slow_start = true;
  DaemonBox box(settings);
  box.start();
  box.hold_servers();
  ASSERT_EQ(box.ctl({"plant", "local", "small", "--name", "oak", "--detach"}).status, 0) << box.log();
  ASSERT_TRUE(wait_until([&] { return open_operation(box.database()) == "plant: booting"; }, limit));
  for (int kills = 0; kills < 5; ++kills) {
    box.kill();
    box.start();
  }
  EXPECT_TRUE(box.ask({"status", "oak"})["forest"]["operation"]["parked"].is_null());
  box.release_servers();
  EXPECT_TRUE(wait_until([&] { return open_operation(box.database()).empty(); }, limit)) << box.log();
}

// What stands where the local nodes' directory belongs.
struct Obstruction {
  const char* name;
  void (*place)(const fs::path& local);
};

class Start : public testing::TestWithParam<Obstruction> {};

TEST_P(Start, ThatCannotWorkSaysSoInOneLineAndExits) {
  DaemonBox box;
  const fs::path local = box.file("state/local");
  fs::create_directories(local.parent_path());
  GetParam().place(local);
  const auto done = run_command({MORPHEUSD, "--config", box.config_file()}, limit);
  EXPECT_EQ(done.status, 1) << done.err;
  EXPECT_THAT(done.err, HasSubstr(local.string()));
  EXPECT_EQ(std::ranges::count(done.err, '\n'), 1) << done.err;
  EXPECT_FALSE(fs::exists(box.file("state/crashed"))) << "it is no crash";
  fs::remove_all(local);
  box.start();
}

INSTANTIATE_TEST_SUITE_P(
    With, Start,
    testing::Values(Obstruction{"AFile", [](const fs::path& local) { std::ofstream(local) << "x"; }},
                    Obstruction{"ADanglingLink", [](const fs::path& local) { fs::create_symlink("/nowhere/at/all", local); }},
                    Obstruction{"ALinkToItself", [](const fs::path& local) { fs::create_symlink(local, local); }},
                    Obstruction{"AFileWhereAddressesBelong",
                                [](const fs::path& local) {
                                  fs::create_directory(local);
                                  std::ofstream(local / ".addresses") << "x";
                                }}),
    [](const auto& instance) { return std::string(instance.param.name); });

}  // namespace
}  // namespace morpheus
