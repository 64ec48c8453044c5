#include <SQLiteCpp/SQLiteCpp.h>
#include <gmock/gmock.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>

#include "tests/integration/backup_steps.hpp"

namespace morpheus {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

// A backup that somebody took apart, changed, and packed again with sums that hold.
class ForgedBackup : public testing::Test {
 protected:
  void SetUp() override {
    box.start();
    ASSERT_EQ(box.ctl({"plant", "local", "small", "--name", "oak"}).status, 0);
    const auto file = take_backup(box, "backup");
    box.terminate();
    fs::rename(box.database(), box.database() + ".lost");
    fs::create_directory(parts());
    ASSERT_EQ(run_command({"/usr/bin/tar", "-xzf", file, "-C", parts()}).status, 0);
  }
  std::string parts() const { return box.file("parts"); }
  void alter_database(const std::string& statements) const {
    SQLite::Database(parts() + "/morpheus.db", SQLite::OPEN_READWRITE).exec(statements);
  }
  Finished restore_forged(const std::string& extra = "") {
    const auto packed = run_command({"/bin/bash", "-c", "cd " + parts() + " && sha256sum manifest.json forests/oak/secrets.json morpheus.db > SHA256SUMS && tar -czf " +
                                                            box.file("forged") + " manifest.json forests/oak/secrets.json morpheus.db " + extra + " SHA256SUMS"});
    if (packed.status != 0) throw std::runtime_error(packed.err);
    return restore_into(box, box.file("forged"));
  }
  void expect_refused(const std::string& why, const std::string& extra = "") {
    const auto refused = restore_forged(extra);
    EXPECT_EQ(refused.status, 1) << why;
    EXPECT_THAT(refused.err, HasSubstr(why));
    EXPECT_THAT(refused.err, Not(HasSubstr("\x1b")));
    EXPECT_FALSE(fs::exists(box.database())) << why;
    EXPECT_FALSE(fs::exists(box.database() + ".restoring")) << why;
    EXPECT_FALSE(fs::exists(box.file("state/forests.restoring"))) << why;
  }

  DaemonBox box;
};

TEST_F(ForgedBackup, ThatWasOnlyRepackedIsRestored) {
  const auto restored = restore_forged();
  EXPECT_EQ(restored.status, 0) << restored.err;
  box.start();
  EXPECT_EQ(box.ask({"list"})[0]["name"], "oak");
}

TEST_F(ForgedBackup, AForestWhoseNameLeadsElsewhereIsNotPutInPlace) {
  fs::create_directory(box.file("x"));
  std::ofstream(box.file("x/precious")) << "kept";
  alter_database("UPDATE forests SET name = '../../x'");
  expect_refused("it has a forest named \"../../x\"");
  alter_database("UPDATE forests SET name = 'oak' || char(27) || '[2J'");
  expect_refused("it has a forest named \"oak?[2J\"");
  alter_database("UPDATE forests SET name = 'oak'; UPDATE nodes SET name = '../../x'");
  expect_refused("it has a node named \"../../x\"");
  EXPECT_EQ(read_text(box.file("x/precious")), "kept");
}

TEST_F(ForgedBackup, ADatabaseWithWhichNothingWouldWorkIsNotPutInPlace) {
  for (const auto& [change, back, why] : std::vector<std::array<std::string, 3>>{
           {"UPDATE sqlite_sequence SET seq = 9223372036854775807", "UPDATE sqlite_sequence SET seq = 100", "it has sqlite_sequence.seq = 9223372036854775807"},
           {"UPDATE nodes SET state = 'zombie'", "UPDATE nodes SET state = 'ready'", "it has nodes.state = \"zombie\""},
           {"UPDATE operations SET kind = 'repair'", "UPDATE operations SET kind = 'plant'", "it has operations.kind = \"repair\""},
           {"UPDATE forests SET provider = 'aws'", "UPDATE forests SET provider = 'local'", "it has forests.provider = \"aws\""}}) {
    alter_database(change);
    expect_refused(why);
    alter_database(back);
  }
  const auto restored = restore_forged();
  EXPECT_EQ(restored.status, 0) << restored.err;
}

TEST_F(ForgedBackup, ADatabaseThatBringsCodeAlongIsNotPutInPlace) {
  alter_database("CREATE TRIGGER evil AFTER UPDATE ON duty BEGIN UPDATE forests SET name = '../../x'; END");
  expect_refused("its schema is not that of version");
  alter_database("DROP TRIGGER evil; CREATE VIEW evil AS SELECT 1");
  expect_refused("its schema is not that of version");
  alter_database("DROP VIEW evil; CREATE TABLE evil (x DEFAULT (random()))");
  expect_refused("its schema is not that of version");
}

TEST_F(ForgedBackup, LinksDevicesAndStrangersAreNotPutInPlace) {
  fs::create_symlink("/etc/passwd", parts() + "/forests/oak/link");
  expect_refused("which is no regular file", "forests/oak/link");
  ASSERT_EQ(::mkfifo((parts() + "/forests/oak/fifo").c_str(), 0600), 0);
  expect_refused("which is no regular file", "forests/oak/fifo");
  std::ofstream(parts() + "/stranger") << "x";
  expect_refused("\"stranger\" does not belong into it", "stranger");
  fs::create_hard_link(parts() + "/forests/oak/secrets.json", parts() + "/forests/oak/hard");
  expect_refused("which is no regular file", "forests/oak/hard");
}

TEST_F(ForgedBackup, AManifestThatWouldCommandTheTerminalIsShownHarmless) {
  const auto manifest = parts() + "/manifest.json";
  auto forged = nlohmann::json::parse(read_text(manifest));
  for (const char* field : {"host", "time", "version"}) forged[field] = "\x1b]0;owned\x07\x1b[2J\n<0>forged\xE2\x80\xAE" + std::string(2'000, 'x');
  std::ofstream(manifest) << forged.dump();
  const auto restored = restore_forged();
  EXPECT_EQ(restored.status, 0) << restored.err;
  EXPECT_THAT(restored.out, HasSubstr("?]0;owned??[2J?<0>forged?xxx"));
  for (const char* hostile : {"\x1b", "\x07", "\n<0>", "\xE2\x80\xAE"}) EXPECT_THAT(restored.out, Not(HasSubstr(hostile)));
  EXPECT_LT(restored.out.size(), 2'000U);
  box.start();
  EXPECT_THAT(box.ctl({"status", "oak"}).out, Not(HasSubstr("\x1b]")));
}

// Who has changed the database by hand is told so in a line, and no directory that it names is touched.
TEST(Store, ADaemonDoesNotStartOnAForestWhoseNameLeadsElsewhere) {
  DaemonBox box;
  box.start();
  ASSERT_EQ(box.ctl({"plant", "local", "small", "--name", "oak"}).status, 0);
  box.terminate();
  SQLite::Database(box.database(), SQLite::OPEN_READWRITE).exec("UPDATE forests SET name = '../../x', state = 'tearing-down'");
  const auto started = run_command({MORPHEUSD, "--config", box.config_file()});
  EXPECT_EQ(started.status, 1);
  EXPECT_THAT(started.err, HasSubstr("it has a forest named \"../../x\""));
}

TEST(Store, ForestsAreBoundedByWhatARestoreTakes) {
  DaemonBox box;
  box.start();
  box.terminate();
  SQLite::Database(box.database(), SQLite::OPEN_READWRITE)
      .exec("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000) "
            "INSERT INTO forests (name, provider, state, paused, next_index, witness_retired, futility_cleared_op, created) "
            "SELECT 'g' || i, 'local', 'active', 1, 1, 0, 0, 0 FROM n");
  box.start();
  const auto refused = box.ctl({"plant", "local", "small", "--name", "oak"});
  EXPECT_EQ(refused.status, 4) << refused.err;
  EXPECT_THAT(refused.err, HasSubstr("there are 1000 forests, and a morpheusd has no more"));
  const auto file = take_backup(box, "backup");
  put_back(box, file);
}

}  // namespace
}  // namespace morpheus
