#include <gmock/gmock.h>
#include <signal.h>

#include <fstream>

#include "tests/integration/daemon_box.hpp"
#include "tests/tools/fake_system.hpp"

namespace morpheus {
namespace {

using testing::HasSubstr;
using testing::SizeIs;

// From /proc/PID/status.
int parent_of(int pid) {
  std::ifstream in("/proc/" + std::to_string(pid) + "/status");
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("PPid:")) return std::stoi(line.substr(5));
  }
  return -1;
}

class NodeUnits : public testing::Test {
 protected:
  NodeUnits() {
    settings_.environment = {system_.variable()};
    settings_.arguments = {"--node-units"};
    box_.emplace(settings_);
    system_.units_run(runner());
  }

  std::vector<std::string> runner() const { return {MORPHEUSD, "--config", box_->config_file(), "--run-local-node"}; }
  int plant(const std::string& size) { return box_->ctl({"plant", "local", size, "--name", "oak"}).status; }

  // The one server of oak-node-1, of that configuration.
  int server(const std::string& conf) const {
    const auto pids = box_->server_pids(conf);
    return pids.size() == 1 ? pids.front() : -1;
  }

  FakeSystem system_;
  BoxSettings settings_;
  std::optional<DaemonBox> box_;
};

TEST_F(NodeUnits, AServerAndItsWitnessAreUnitsWithLimits) {
  box_->start();
  ASSERT_EQ(plant("small"), 0) << box_->log();
  const std::string limits = "True CPUQuotaPerSecUSec=2000000 MemoryMax=671088640\n";
  EXPECT_EQ(system_.asked(), "SetUnitProperties morpheus-node@oak-node-1:witness.service " + limits +
                                 "StartUnit morpheus-node@oak-node-1:witness.service replace\n"
                                 "UnrefUnit morpheus-node@oak-node-1:witness.service\n"
                                 "SetUnitProperties morpheus-node@oak-node-1.service " + limits +
                                 "StartUnit morpheus-node@oak-node-1.service replace\n"
                                 "UnrefUnit morpheus-node@oak-node-1.service\n");
  for (const std::string conf : {"nats.conf", "witness.conf"}) {
    const int pid = server(conf);
    ASSERT_GT(pid, 0) << conf;
    EXPECT_EQ(parent_of(pid), system_.pid()) << "not the daemon's";
    const auto proc = std::filesystem::path("/proc") / std::to_string(pid);
    EXPECT_THAT(read_text(proc / "environ"), HasSubstr("GOMAXPROCS=2"));
    EXPECT_EQ(read_text(proc / "environ").find("DBUS"), std::string::npos);
    const auto lock = box_->machine_directory("oak-node-1") / (conf == "nats.conf" ? "lock" : "witness.lock");
    EXPECT_EQ(std::filesystem::read_symlink(proc / "fd/3"), lock);
    EXPECT_EQ(std::filesystem::read_symlink(proc / "fd/1").extension(), ".log");
  }
  EXPECT_EQ(box_->terminate(), 0);
  EXPECT_GT(server("nats.conf"), 0);
  box_->start();
  ASSERT_EQ(box_->ctl({"teardown", "oak", "--yes"}).status, 0) << box_->log();
  EXPECT_THAT(box_->server_pids(), SizeIs(0));
  EXPECT_THAT(box_->server_pids("witness.conf"), SizeIs(0));
}

TEST_F(NodeUnits, WhereSystemdRefusesServersAreProcessesOfTheDaemon) {
  system_.behave("refuse");
  box_->start();
  ASSERT_EQ(plant("medium"), 0) << box_->log();
  const auto pids = box_->server_pids();
  EXPECT_THAT(pids, SizeIs(3));
  for (const int pid : pids) EXPECT_EQ(parent_of(pid), box_->pid());
  EXPECT_EQ(times_in(system_.asked(), "SetUnitProperties"), 3);
  EXPECT_EQ(times_in(box_->log(), "local nodes are processes of the daemon, without limits of their own: Permission denied"), 1);
}

TEST_F(NodeUnits, SystemdThatHangsHoldsAServerUpNoLongerThanItsTimeOut) {
  system_.behave("hang");
  box_->start();
  ASSERT_EQ(plant("small"), 0) << box_->log();
  EXPECT_EQ(parent_of(server("nats.conf")), box_->pid());
  EXPECT_THAT(box_->log(), HasSubstr("org.freedesktop.systemd1 does not answer within 2000 ms"));
}

TEST_F(NodeUnits, AUnitThatRunsNoServerIsNotWaitedForForEver) {
  system_.units_run({"/bin/sh", "-c", "exec timeout 20 tail -f /dev/null"});
  box_->start();
  ASSERT_EQ(plant("small"), 0) << box_->log();
  EXPECT_EQ(times_in(system_.asked(), "StartUnit"), 2);
  EXPECT_EQ(parent_of(server("nats.conf")), box_->pid());
  EXPECT_THAT(box_->log(), HasSubstr("morpheus-node@oak-node-1.service runs no server within 5 s"));
}

TEST_F(NodeUnits, AUnitThatFailsAtOnceIsNotWaitedFor) {
  for (const std::string how : {"/bin/false", "/bin/true"}) {
    system_.units_run({how});
    box_->start();
    ASSERT_EQ(plant("small"), 0) << box_->log();
    EXPECT_EQ(parent_of(server("nats.conf")), box_->pid());
    EXPECT_THAT(box_->log(), HasSubstr(how == "/bin/false" ? "morpheus-node@oak-node-1.service ended at once (exit-code): journalctl -u morpheus-node@oak-node-1.service"
                                                            : "morpheus-node@oak-node-1.service ended at once: journalctl -u "));
    EXPECT_EQ(box_->log().find("runs no server within"), std::string::npos);
    ASSERT_EQ(box_->ctl({"teardown", "oak", "--yes"}).status, 0) << box_->log();
    box_->terminate();
  }
}

TEST_F(NodeUnits, WithoutABusThereIsOneLine) {
  system_.end();
  box_->start();
  ASSERT_EQ(plant("small"), 0) << box_->log();
  EXPECT_EQ(parent_of(server("nats.conf")), box_->pid());
  EXPECT_EQ(times_in(box_->log(), "warning"), 1) << box_->log();
}

TEST_F(NodeUnits, AUnitThatComesLateFindsTheLockHeldAndOneOfNoNodeFails) {
  system_.behave("refuse");
  box_->start();
  ASSERT_EQ(plant("small"), 0) << box_->log();
  const int pid = server("nats.conf");
  auto late = runner();
  late.emplace_back("oak-node-1");
  EXPECT_EQ(run_command(late).status, 0);
  EXPECT_EQ(server("nats.conf"), pid);
  for (const std::string nobody : {"oak-node-2", "oak-node-1:other", "../oak-node-1", ":witness", "elm"}) {
    auto wrong = runner();
    wrong.push_back(nobody);
    const auto done = run_command(wrong);
    EXPECT_EQ(done.status, 1) << nobody;
    EXPECT_THAT(done.err, HasSubstr(nobody.starts_with(".") || nobody.starts_with(":") ? "cannot be the name of a machine or a file" : "there is no local node"));
  }
}

// The computer's boot, as far as the daemon can tell: its processes are gone, and the record is of another one.
void reboot(const DaemonBox& box, const std::string& machine) {
  for (const char* conf : {"nats.conf", "witness.conf"}) {
    for (const int pid : box.server_pids(conf)) ::kill(pid, SIGKILL);
  }
  ASSERT_TRUE(wait_until([&] { return box.server_pids().empty() && box.server_pids("witness.conf").empty(); }, limit));
  const auto file = box.machine_directory(machine) / "machine.json";
  auto record = nlohmann::json::parse(read_text(file));
  record["boot"] = "another";
  std::ofstream(file) << record.dump();
}

TEST_F(NodeUnits, AfterABootTheNodesAreThereBeforeAnybodyAsks) {
  box_->start();
  ASSERT_EQ(plant("small"), 0) << box_->log();
  EXPECT_EQ(box_->terminate(), 0);
  reboot(*box_, "oak-node-1");
  box_->start();
  EXPECT_EQ(parent_of(server("nats.conf")), system_.pid());
  EXPECT_EQ(parent_of(server("witness.conf")), system_.pid());
  EXPECT_EQ(times_in(box_->log(), "oak-node-1 is started again: this computer was booted"), 1);
  const auto known = [&] { return !box_->ask({"status", "oak"}).at("nodes").at(0).at("connections").is_null(); };
  EXPECT_TRUE(wait_until(known, limit)) << box_->log();
  EXPECT_EQ(times_in(system_.asked(), "StartUnit"), 4);
}

}  // namespace
}  // namespace morpheus
