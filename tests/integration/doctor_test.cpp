#include <gmock/gmock.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "tests/integration/cloud_box.hpp"
#include "tests/tools/http_get.hpp"

namespace morpheus {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;

// A daemon in `cloud` that downloads from `downloads`, all of it on this machine.
BoxSettings settings_in(const FakeCloud& cloud, const std::string& downloads, const std::string& token = "token") {
  auto settings = in_cloud(cloud);
  settings.environment = {"HCLOUD_TOKEN=" + token};
  settings.more += "integration: {nats_download_urls: [\"" + downloads + "\"], nimsforest_install: false}\n";
  return settings;
}

std::string served_by(const FakeCloud& cloud) {
  auto url = cloud.endpoint();
  return url.substr(0, url.rfind("/v1")) + "/_fake/state";
}

struct Diagnosis {
  int status = 0;
  std::string text;
  json findings;

  // "level: message | hint" of each finding of that check.
  std::vector<std::string> of(const std::string& check) const {
    std::vector<std::string> lines;
    for (const auto& finding : findings) {
      if (finding["check"] != check) continue;
      lines.push_back(finding["level"].get<std::string>() + ": " + finding["message"].get<std::string>() + " | " +
                      finding["hint"].get<std::string>());
    }
    return lines;
  }
};

Diagnosis doctor(const DaemonBox& box) {
  Diagnosis diagnosis;
  const auto text = box.ctl({"doctor"});
  const auto done = box.ctl({"doctor", "-o", "json"});
  EXPECT_EQ(text.status, done.status);
  diagnosis.status = done.status;
  diagnosis.text = text.out + text.err;
  diagnosis.findings = json::parse(done.out);
  return diagnosis;
}

MATCHER_P(IsOk, part, "") { return arg.starts_with("ok: ") && arg.find(part) != std::string::npos; }
MATCHER_P(Warns, part, "") { return arg.starts_with("warning: ") && arg.find(part) != std::string::npos; }
MATCHER_P(Fails, part, "") { return arg.starts_with("failed: ") && arg.find(part) != std::string::npos; }

TEST(Doctor, AHealthyDaemonHasNothingThatFailed) {
  const FakeCloud cloud;
  DaemonBox box(settings_in(cloud, served_by(cloud)));
  box.start();
  ASSERT_EQ(box.ctl({"plant", "cloud", "small", "--yes", "--name", "oak"}).status, 0) << box.log();
  const auto before = cloud.state()["counts"];
  const auto asked = cloud.journal().size();
  const auto found = doctor(box);
  const auto calls = (cloud.journal().size() - asked) / 2;  // it was asked for as text and as JSON
  std::cout << calls << " calls for one diagnosis\n";
  EXPECT_LT(calls, 10U);
  EXPECT_EQ(found.status, 0) << found.text;
  EXPECT_THAT(found.of("socket"), Contains(IsOk("answered on")));
  EXPECT_THAT(found.of("database"), Contains(IsOk("schema version")));
  EXPECT_THAT(found.of("disk"), Contains(HasSubstr("free for the database")));
  EXPECT_THAT(found.of("state directory"), Contains(IsOk("can be written")));
  EXPECT_EQ(found.of("clock").size(), 1U);
  EXPECT_THAT(found.of("local: nats-server"), Contains(IsOk("nats-server: v")));
  EXPECT_THAT(found.of("hetzner: token"), AllOf(Contains(IsOk("may read")), Contains(IsOk("may write"))));
  EXPECT_THAT(found.of("hetzner: machines to be made"), Contains(IsOk("are sold")));
  EXPECT_THAT(found.of("hetzner: SSH keys"), Contains(Warns("hetzner.ssh_keys is empty")));
  EXPECT_THAT(found.of("hetzner: admin_cidrs"), Contains(IsOk("")));
  EXPECT_THAT(found.of("hetzner: quota"), Contains(IsOk("")));
  EXPECT_THAT(found.of("hetzner: calls"), Contains(IsOk("calls are left")));
  EXPECT_THAT(found.of("hetzner: download"), Contains(IsOk(served_by(cloud) + " answers, as seen from this machine")));
  EXPECT_THAT(found.of("hetzner: machines"), Contains(IsOk("1 exist")));
  EXPECT_THAT(found.of("forest oak"), Contains(IsOk("every ready node answers")));
  EXPECT_THAT(found.text, HasSubstr("✓ database: "));
  EXPECT_THAT(found.text, Not(HasSubstr("\x1b"))) << "colour is for terminals";
  EXPECT_EQ(cloud.state()["counts"], before) << "nothing is changed";
}

TEST(Doctor, NoTokenIsFineUntilAForestNeedsIt) {
  const FakeCloud cloud;
  auto without = settings_in(cloud, served_by(cloud));
  without.environment.clear();
  DaemonBox box(without);
  box.start();
  auto found = doctor(box);
  EXPECT_EQ(found.status, 0) << found.text;
  EXPECT_THAT(found.of("hetzner"), Contains(IsOk("not configured")));
  box.terminate();
  const auto file = box.file("token");
  std::ofstream(file) << "token";
  std::filesystem::permissions(file, std::filesystem::perms::owner_read);
  auto with = in_cloud(cloud, std::string(usual_cloud) + ", token_file: " + file);
  box.configure(with);
  box.start();
  ASSERT_EQ(box.ctl({"plant", "cloud", "small", "--yes", "--name", "oak"}).status, 0) << box.log();
  box.terminate();
  box.configure(without);
  box.start();
  found = doctor(box);
  EXPECT_EQ(found.status, 1);
  EXPECT_THAT(found.of("hetzner"), Contains(Fails("forests are on it")));
}

TEST(Doctor, AWrongTokenFailsAndIsNeverShown) {
  const std::string token = "Zk7tq9Xw3R0vLm2Bp5";
  const FakeCloud cloud;
  DaemonBox box(settings_in(cloud, served_by(cloud), token));
  box.start();
  const auto found = doctor(box);
  EXPECT_EQ(found.status, 1);
  EXPECT_THAT(found.of("hetzner: token"), AllOf(Contains(Fails("hetzner.token_file")), Not(Contains(IsOk("")))));
  EXPECT_THAT(found.of("hetzner: machines"), Contains(Fails("what exists is not known")));
  EXPECT_THAT(found.of("hetzner: download"), Contains(IsOk("answers"))) << "each check is made, whatever the others found";
  EXPECT_THAT(found.of("local: nats-server"), Contains(IsOk("")));
  EXPECT_EQ(found.text.find(token), std::string::npos);
  EXPECT_EQ(found.findings.dump().find(token), std::string::npos);
}

TEST(Doctor, ATokenThatMayOnlyReadFails) {
  const FakeCloud cloud;
  cloud.fault({{"match", {{"method", "POST"}}},
               {"status", 403},
               {"code", "token_readonly"},
               {"message", "token is read-only"},
               {"times", 100}});
  DaemonBox box(settings_in(cloud, served_by(cloud)));
  box.start();
  const auto found = doctor(box);
  EXPECT_EQ(found.status, 1);
  EXPECT_THAT(found.of("hetzner: token"), AllOf(Contains(IsOk("may read")), Contains(Fails("read and write permission"))));
}

TEST(Doctor, AnApiThatHangsKeepsNoOtherCheckWaiting) {
  const FakeCloud cloud;
  DaemonBox box(settings_in(cloud, served_by(cloud)));
  box.start();
  cloud.fault({{"match", {{"path", "^/locations$"}}}, {"delay_seconds", 40}});
  const auto done = box.ctl({"doctor", "-o", "json", "--timeout", "1"});  // it waits longer for what takes long
  EXPECT_EQ(done.status, 1) << done.out << done.err;
  EXPECT_EQ(cloud.fired(), 1);
  Diagnosis found;
  found.findings = json::parse(done.out);
  EXPECT_THAT(found.of("hetzner: token"), AllOf(Contains(Fails("no answer within 15 s")), Contains(IsOk("may write"))));
  EXPECT_THAT(found.of("hetzner: machines"), Contains(IsOk("0 exist")));
}

TEST(Doctor, AQuotaThatWasMetIsAWarning) {
  const FakeCloud cloud;
  DaemonBox box(settings_in(cloud, served_by(cloud)));
  box.start();
  ASSERT_EQ(box.ctl({"plant", "cloud", "small", "--yes", "--name", "oak"}).status, 0) << box.log();
  cloud.tell("limits", {{"servers", 1}});
  EXPECT_NE(box.ctl({"grow", "oak", "--yes"}).status, 0);
  const auto found = doctor(box);
  EXPECT_EQ(found.status, 0) << found.text;
  EXPECT_THAT(found.of("hetzner: quota"), Contains(Warns("ask Hetzner for a higher limit")));
}

TEST(Doctor, ADownloadThatCannotBeReachedFails) {
  const FakeCloud cloud;
  for (const std::string url : {"http://127.0.0.1:1/nats", "http://name.invalid/nats"}) {
    DaemonBox box(settings_in(cloud, url));
    box.start();
    const auto found = doctor(box);
    EXPECT_EQ(found.status, 1);
    EXPECT_THAT(found.of("hetzner: download"), Contains(AllOf(Fails("cannot be reached"), HasSubstr("as seen from this machine"))));
  }
  const auto missing = cloud.endpoint().substr(0, cloud.endpoint().rfind("/v1")) + "/_fake/nothing";
  DaemonBox box(settings_in(cloud, missing));
  box.start();
  EXPECT_THAT(doctor(box).of("hetzner: download"), Contains(Fails("answers 404")));
}

TEST(Doctor, NamesOrphansAndTheirPriceAndReadyNodesWithoutAMachine) {
  const FakeCloud cloud;
  DaemonBox box(settings_in(cloud, served_by(cloud)));
  box.start();
  ASSERT_EQ(box.ctl({"plant", "cloud", "medium", "--yes", "--name", "oak"}).status, 0) << box.log();
  box.terminate();
  const auto changed = run_command({"/usr/bin/python3", "-c",
                                    "import sqlite3,sys; d=sqlite3.connect(sys.argv[1]);"
                                    "d.execute(\"UPDATE nodes SET name='oak-node-9', machine_id='1' WHERE name='oak-node-2'\"); d.commit()",
                                    box.database()});
  ASSERT_EQ(changed.status, 0) << changed.err;
  cloud.tell("seed", {{"servers", 1}, {"name", "theirs"}, {"labels", {{"managed-by", "morpheus"}, {"morpheus-controller", "ff"}}}});
  // The reconciler, which would mark the node, is kept from its first look.
  cloud.fault({{"match", {{"method", "GET"}, {"path", "^/servers$"}}}, {"status", 503}, {"code", "unavailable"}, {"message", "later"}});
  box.start();
  ASSERT_TRUE(wait_until([&] { return cloud.fired() == 1; }, limit));
  const auto found = doctor(box);
  EXPECT_EQ(found.status, 0) << found.text;
  EXPECT_THAT(found.of("hetzner: orphan"),
              Contains(AllOf(Warns("5.99 a month"), HasSubstr("morpheusctl adopt oak-node-2, or morpheusctl delete-orphan oak-node-2"))));
  EXPECT_THAT(found.of("hetzner: machines"), Contains(Warns("oak-node-9 is stored as ready, and has no machine")));
  EXPECT_THAT(found.of("hetzner: foreign"), Contains(IsOk("theirs-0 belongs to another controller, ff")));
}

TEST(Doctor, NamesPausesAndNodesThatDoNotAnswer) {
  DaemonBox box;
  box.start();
  ASSERT_EQ(box.ctl({"plant", "local", "medium", "--name", "elm"}).status, 0) << box.log();
  ASSERT_EQ(box.ctl({"pause", "elm"}).status, 0);
  const auto address = box.ask({"status", "elm"})["nodes"][2]["address"].get<std::string>();
  for (const int pid : box.server_pids()) {
    if (read_text("/proc/" + std::to_string(pid) + "/cmdline").find("elm-node-3") != std::string::npos) ::kill(pid, SIGKILL);
  }
  ASSERT_TRUE(wait_until([&] { return box.ask({"status", "elm"})["cluster"]["healthy"] == 2; }, limit)) << address;
  const auto found = doctor(box);
  EXPECT_EQ(found.status, 0) << found.text;
  EXPECT_THAT(found.of("forest elm"), Contains(AllOf(Warns("paused"), HasSubstr("morpheusctl resume elm"))));
  const auto silent = AllOf(Warns("elm-node-3 does not answer"), HasSubstr("morpheusctl shrink elm --node node-3"));
  EXPECT_THAT(found.of("forest elm"), Contains(silent));
}

TEST(Doctor, NamesAGrowthThatWasFutile) {
  BoxSettings settings;
  settings.growth = true;
  settings.threshold_memory = 1;
  DaemonBox box(settings);
  box.start();
  ASSERT_EQ(box.ctl({"plant", "local", "small", "--name", "elm"}).status, 0) << box.log();
  const auto is_futile = [&] {
    const auto lines = doctor(box).of("forest elm");
    return std::ranges::any_of(lines, [](const std::string& line) {
      return line.starts_with("warning: ") && line.find("was futile") != std::string::npos &&
             line.find("morpheusctl resume elm") != std::string::npos;
    });
  };
  EXPECT_TRUE(wait_until(is_futile, limit)) << doctor(box).text;
}

TEST(Doctor, NamesAnOperationThatTakesLong) {
  const FakeCloud cloud;
  DaemonBox box(settings_in(cloud, served_by(cloud)));
  cloud.fault({{"match", {{"method", "POST"}, {"path", "^/servers$"}}}, {"stay_initializing", true}});
  box.start();
  ASSERT_EQ(box.ctl({"plant", "cloud", "small", "--yes", "--name", "oak", "--detach"}).status, 0) << box.log();
  ASSERT_TRUE(wait_until([&] { return cloud.fired() == 1; }, limit));
  EXPECT_THAT(doctor(box).of("forest oak"), Not(Contains(HasSubstr("at work"))));
  box.terminate();
  const auto aged = run_command({"/usr/bin/python3", "-c",
                                 "import sqlite3,sys; d=sqlite3.connect(sys.argv[1]);"
                                 "d.execute(\"UPDATE operations SET started_wall=started_wall-7200000, started_boot=started_boot-7200000 "
                                 "WHERE state='running'\"); d.commit()",
                                 box.database()});
  ASSERT_EQ(aged.status, 0) << aged.err;
  box.start();
  const auto found = doctor(box);
  EXPECT_EQ(found.status, 0) << found.text;
  EXPECT_THAT(found.of("forest oak"), Contains(AllOf(Warns("plant #1 has been at work for 12"), HasSubstr("morpheusctl operation 1 --wait"))));
}

TEST(Doctor, ADatabaseThatWasReplacedFails) {
  DaemonBox box;
  box.start();
  std::filesystem::remove(box.database());
  const auto found = doctor(box);
  EXPECT_EQ(found.status, 1);
  EXPECT_THAT(found.of("database"), Contains(Fails("deleted or replaced")));
}

TEST(Doctor, WithoutADaemonTheClientLooksByItself) {
  DaemonBox box;
  auto found = doctor(box);
  EXPECT_EQ(found.status, 3);
  EXPECT_THAT(found.of("socket"), Contains(AllOf(Fails("there is no"), HasSubstr("systemctl start morpheusd"))));
  box.start();
  box.freeze();
  const auto frozen = box.ctl({"doctor", "--timeout", "0.5"});
  EXPECT_EQ(frozen.status, 3);
  EXPECT_THAT(frozen.out, AllOf(HasSubstr("process " + std::to_string(box.pid()) + " (morpheusd) listens"),
                                HasSubstr("did not answer within 0.5 s")));
  box.thaw();
  box.kill();
  found = doctor(box);
  EXPECT_EQ(found.status, 3);
  EXPECT_THAT(found.of("socket"), Contains(Fails("left over by a daemon that ended")));
}

}  // namespace
}  // namespace morpheus
