#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <unistd.h>

#include <fstream>
#include <list>
#include <memory>

#include "tests/integration/cloud_box.hpp"
#include "tests/tools/sanitizer.hpp"
#include "tests/unit/control/client.hpp"

namespace morpheus {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Lt;

constexpr unsigned reader = 54'321;
constexpr unsigned view_group = 60'011;
constexpr unsigned act_group = 60'012;

// The daemon finds the package's groups in a file of the test's own.
BoxSettings with_groups(BoxSettings settings, const TempDir& dir) {
  const auto file = dir / "group";
  std::ofstream(file) << read_text("/etc/group") << fmt::format("\nmorpheus-view:x:{}:\nmorpheus:x:{}:\n", view_group, act_group);
  settings.wrapper = {"/usr/bin/unshare", "-m", "/bin/sh", "-c", "mount --bind " + file.string() + " /etc/group && exec \"$@\"", "sh"};
  return settings;
}

class Readers : public testing::Test {
 protected:
  void SetUp() override {
    if (::geteuid() != 0) GTEST_SKIP() << "only root can be somebody else";
  }
  std::unique_ptr<ControlClient> connect(const DaemonBox& box, unsigned gid = view_group, unsigned uid = reader) {
    std::filesystem::permissions(std::filesystem::path(box.socket()).parent_path(), std::filesystem::perms(0755));
    const AnotherUser user(uid, gid, {});
    return std::make_unique<ControlClient>(box.socket());
  }

  // A stranger is told so.
  bool is_refused(const DaemonBox& box) {
    const auto client = connect(box, 60'000);
    try {
      return client->ask("GET", "/v1/forests").status == 403;
    } catch (const std::runtime_error& closed) {
      return false;
    }
  }

  TempDir dir_;
};

std::ptrdiff_t calls(const FakeCloud& cloud, const std::string& method, const std::string& path) {
  const auto journal = cloud.journal();
  return std::ranges::count_if(journal, [&](const json& call) { return call["method"] == method && call["path"] == path; });
}

TEST_F(Readers, AskingInALoopCostsTheAccountAsMuchAsAskingOnce) {
  const FakeCloud cloud({"--machines", "none"});
  DaemonBox box(with_groups(in_cloud(cloud), dir_));
  box.start();
  const auto client = connect(box);
  for (int i = 0; i < 500; ++i) ASSERT_EQ(client->ask("GET", "/v1/orphans").status, 200);
  for (int i = 0; i < 100; ++i) ASSERT_EQ(client->ask("GET", "/v1/doctor").status, 200);
  std::list<std::unique_ptr<ControlClient>> many;
  for (int i = 0; i < 30; ++i) many.push_back(connect(box));
  for (const auto& each : many) each->say_request("GET", "/v1/orphans");
  for (const auto& each : many) EXPECT_EQ(each->answer().status, 200);
  EXPECT_LE(calls(cloud, "GET", "/servers"), 2) << "600 times; two if it took more than 30 s";
  EXPECT_LE(calls(cloud, "POST", "/placement_groups"), 2);
  EXPECT_LE(cloud.journal().size(), 20U);
  EXPECT_TRUE(client->ask("GET", "/v1/orphans").json().at("age_seconds").is_number_integer());
  const auto before = calls(cloud, "GET", "/servers");
  EXPECT_EQ(client->ask("GET", "/v1/orphans?fresh=true").status, 403);
  EXPECT_EQ(calls(cloud, "GET", "/servers"), before);
  EXPECT_EQ(box.ask({"orphans", "--fresh"})["age_seconds"], 0) << "who may act is answered anew";
  EXPECT_EQ(calls(cloud, "GET", "/servers"), before + 1);
}

TEST_F(Readers, LeaveOperationsTheirCalls) {
  const FakeCloud cloud({"--machines", "nats", "--rate-limit", "1000", "--refill-per-second", "0"});
  DaemonBox box(with_groups(in_cloud(cloud), dir_));
  box.start();
  cloud.tell("calls", {{"left", 220}});
  box.ctl({"orphans", "--fresh"});  // from its first answer on it is known how few are left
  const auto before = cloud.journal().size();
  for (int i = 0; i < 50; ++i) {
    const auto refused = box.ctl({"orphans", "--fresh", "-o", "json"});
    EXPECT_EQ(refused.status, 1);
    EXPECT_THAT(refused.out, HasSubstr("kept for operations"));
  }
  EXPECT_THAT(box.ctl({"doctor", "--fresh"}).out, HasSubstr("kept for operations"));
  EXPECT_EQ(cloud.journal().size(), before) << "not a call of them";
  EXPECT_EQ(box.ctl({"plant", "cloud", "small", "--name", "oak", "--yes"}).status, 0) << box.log();
  EXPECT_EQ(box.ctl({"grow", "oak", "--yes"}).status, 0) << box.log();
}

TEST_F(Readers, StrangersAndIdleReadersKeepNobodyOut) {
  DaemonBox box(with_groups({}, dir_));
  box.start();
  std::list<std::unique_ptr<ControlClient>> held;
  for (unsigned user = 0; user < 5; ++user) {
    for (int i = 0; i < 64; ++i) held.push_back(connect(box, 60'000, reader + user));       // without a right
    for (int i = 0; i < 64; ++i) held.push_back(connect(box, view_group, 50'000 + user));  // with one, idle
  }
  EXPECT_EQ(connect(box, view_group)->ask("GET", "/v1/forests").status, 200);
  EXPECT_EQ(connect(box, act_group, 55'555)->ask("POST", "/v1/forests", R"({"provider":"local","size":"huge"})").status, 400);
  EXPECT_TRUE(wait_until([&] { return is_refused(box); }, limit)) << "of many strangers at once some are closed without a word";
  EXPECT_EQ(box.ctl({"list"}).status, 0);
}

// Kilobytes, of the process's life so far.
long peak_memory(int pid) {
  std::ifstream in(fmt::format("/proc/{}/status", pid));
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("VmHWM:")) return std::stol(line.substr(6));
  }
  return 0;
}

// A thousand decisions of 220 KB, and 20,000 events of 5 KB: what a year of a large forest leaves, and more.
void fill(const std::string& path) {
  SQLite::Database database(path, SQLite::OPEN_READWRITE, 10'000);
  SQLite::Transaction transaction(database);
  const auto finding = database.execAndGet("SELECT json_extract(findings, '$[0]') FROM decisions WHERE findings != '[]' LIMIT 1").getString();
  std::string findings = "[" + finding;
  while (findings.size() < 220'000) findings += "," + finding;
  SQLite::Statement add(database,
                        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000) "
                        "INSERT INTO decisions (forest_id, at_wall, at_boot, at_boot_id, first_at, times, trigger_kind, outcome, nodes, "
                        "reason, blocked_by, gates, findings, threshold_cpu, threshold_memory, window) "
                        "SELECT forest_id, at_wall, at_boot, at_boot_id, first_at, times, trigger_kind, outcome, nodes, reason, blocked_by, "
                        "gates, ?, threshold_cpu, threshold_memory, window FROM n, (SELECT * FROM decisions LIMIT 1)");
  add.bind(1, findings + "]");
  add.exec();
  database.exec(
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000) "
      "INSERT INTO events (at, level, kind, forest, node, operation_id, message) "
      "SELECT at, level, kind, forest, node, operation_id, printf('%.5000c', 'x') FROM n, (SELECT * FROM events LIMIT 1)");
  transaction.commit();
}

TEST_F(Readers, WhoDoesNotReadCostsLittleMemoryAndKeepsNobodyWaiting) {
  if (with_address_sanitizer) GTEST_SKIP() << "AddressSanitizer keeps memory that was given back";
  constexpr long most_memory = 192 * 1024;  // kilobytes; what is asked for below has 2 GB
  DaemonBox box(with_groups({}, dir_));
  box.start();
  ASSERT_EQ(box.ctl({"plant", "local", "small", "--name", "oak"}).status, 0) << box.log();
  ASSERT_TRUE(wait_until([&] { return box.ask({"history", "oak"}).dump().find("findings\":[{") != std::string::npos; }, limit));
  box.terminate();
  fill(box.database());
  box.start();
  std::list<std::unique_ptr<ControlClient>> never_read;
  const std::vector<std::string> targets{"/v1/events?limit=10000", "/v1/events?limit=10000&follow=true", "/v1/forests/oak/history?limit=1000",
                                         "/v1/operations/1/progress"};
  for (int i = 0; i < 32; ++i) {
    never_read.push_back(connect(box, view_group, reader + static_cast<unsigned>(i) / 16));
    never_read.back()->say_request("GET", targets[static_cast<std::size_t>(i) % targets.size()]);
  }
  const auto whole = connect(box);
  whole->say_request("GET", "/v1/forests/oak/history?limit=1000");
  EXPECT_EQ(whole->answer().status, 200);
  std::size_t bytes = 0;
  int answered = 0;
  const auto root = std::make_unique<ControlClient>(box.socket());
  for (bool more = true; more;) {
    // Another client is answered between any two pieces of what a third reads.
    ASSERT_EQ(root->ask("GET", "/v1/version").status, 200);
    ++answered;
    more = whole->next_chunk();
    bytes += whole->take_lines().size();
  }
  EXPECT_GT(bytes, 200'000'000u);
  EXPECT_GT(answered, 900) << "as many pieces as decisions";
  EXPECT_THAT(peak_memory(box.pid()), Lt(most_memory)) << bytes;
  EXPECT_TRUE(box.running());
}

}  // namespace
}  // namespace morpheus
