#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>

#include "tests/integration/cloud_box.hpp"
#include "tests/integration/daemon_box.hpp"

namespace morpheus {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

constexpr std::chrono::seconds limit{30};

// A child with its standard output in a file.
Child backup_of(const DaemonBox& box, const std::string& file, std::vector<std::string> more = {}) {
  Command command;
  command.arguments = {MORPHEUSCTL, "--socket", box.socket(), "backup"};
  command.arguments.insert(command.arguments.end(), more.begin(), more.end());
  command.out = file;
  command.err = file + ".err";
  return Child(command);
}

std::string take_backup(const DaemonBox& box, const std::string& name, std::vector<std::string> more = {}) {
  const auto file = box.file(name);
  auto child = backup_of(box, file, std::move(more));
  if (child.wait(limit) != 0) throw std::runtime_error(read_text(file + ".err") + box.log());
  return file;
}

// Into a pipe, and the status is the client's.
Finished pipe_backup(const DaemonBox& box, const std::string& more, const std::string& reader) {
  return run_command({"/bin/bash", "-c",
                      fmt::format("{} --socket {} backup {} | {}; exit ${{PIPESTATUS[0]}}", MORPHEUSCTL, box.socket(), more, reader)});
}

Finished restore_into(const DaemonBox& box, const std::string& file) {
  return run_command({MORPHEUSD, "--config", box.config_file(), "--restore", file});
}

// As an operator does it where the database was lost.
void put_back(DaemonBox& box, const std::string& file) {
  box.terminate();
  fs::rename(box.database(), box.database() + ".lost");
  const auto restored = restore_into(box, file);
  ASSERT_EQ(restored.status, 0) << restored.err;
}

void expect_it_changes_nothing(const DaemonBox& box, const std::string& state) {
  for (const std::vector<std::string>& command :
       {std::vector<std::string>{"grow", "oak", "--yes"}, {"grow", "oak", "--auto"}, {"teardown", "oak", "--yes"}, {"pause", "oak"},
        {"resume", "oak"}, {"plant", "local", "small", "--name", "elm"}, {"shrink", "oak", "--node", "node-1", "--yes"},
        {"adopt", "oak-node-9"}, {"delete-orphan", "oak-node-9", "--yes"}, {"backup", "--move", "--yes"}}) {
    const auto done = box.ctl(command);
    EXPECT_EQ(done.status, 4) << command[0] << done.out << done.err;
    EXPECT_THAT(done.err, HasSubstr("morpheusctl takeover")) << command[0];
  }
  EXPECT_THAT(box.ctl({"status", "oak"}).out, HasSubstr(state));
  const auto doctor = box.ctl({"doctor"});
  EXPECT_EQ(doctor.status, 0) << "it is as it was told to be: " << doctor.out;
  EXPECT_THAT(doctor.out, HasSubstr("! duty: this daemon is " + state + " and changes nothing: "));
  EXPECT_THAT(doctor.out, HasSubstr("\n    when no other daemon acts for these forests: morpheusctl takeover\n"));
}

BoxSettings hot() {
  BoxSettings settings;
  settings.growth = true;
  settings.threshold_memory = 1;  // every node is hot: whoever may act grows
  settings.core_nodes = 1;
  return settings;
}

TEST(Backup, IsCheckedWithOrdinaryTools) {
  DaemonBox box;
  box.start();
  ASSERT_EQ(box.ctl({"plant", "local", "small", "--name", "oak"}).status, 0);
  const auto file = take_backup(box, "backup");
  fs::create_directory(box.file("unpacked"));
  ASSERT_EQ(run_command({"/usr/bin/tar", "-xzf", file, "-C", box.file("unpacked")}).status, 0);
  const auto sums = run_command({"/bin/sh", "-c", "cd " + box.file("unpacked") + " && sha256sum -c SHA256SUMS"});
  EXPECT_EQ(sums.status, 0) << sums.out;
  EXPECT_THAT(sums.out, HasSubstr("forests/oak/secrets.json: OK"));
  EXPECT_THAT(box.ctl({"events"}).out, HasSubstr("morpheusctl): backup")) << "the audit trail";
  EXPECT_FALSE(fs::exists(box.file("state/backup.partial")));
}

// The whole archive fits into the pipe: every write of the client's succeeds.
TEST(Backup, WhatAReaderLeftInThePipeDidNotArriveAndRetiresNobody) {
  DaemonBox box;
  box.start();
  ASSERT_EQ(box.ctl({"plant", "local", "small", "--name", "oak"}).status, 0);
  const auto cut = pipe_backup(box, "", "head -c 10 >/dev/null");
  EXPECT_EQ(cut.status, 1);
  EXPECT_THAT(cut.err, HasSubstr("the backup is incomplete: standard output: its reader left before the end"));
  const auto lost = pipe_backup(box, "--move --yes", "head -c 10 >/dev/null");
  EXPECT_EQ(lost.status, 1);
  EXPECT_THAT(lost.err, HasSubstr("the archive did not arrive: the daemon goes on acting"));
  EXPECT_TRUE(wait_until([&] { return box.ctl({"pause", "oak"}).status == 0; }, limit)) << box.log();
  const auto moved = pipe_backup(box, "--move --yes", "cat > " + box.file("moved"));
  EXPECT_EQ(moved.status, 0) << moved.err;
  EXPECT_EQ(box.ctl({"resume", "oak"}).status, 4) << "it is retired";
  put_back(box, box.file("moved"));
  box.start();
  EXPECT_EQ(box.ctl({"resume", "oak"}).status, 0);
}

// A database of some hundred MiB: others are answered all the while.
class LargeBackup : public testing::Test {
 protected:
  void SetUp() override {
    box.start();
    box.terminate();
    SQLite::Database database(box.database(), SQLite::OPEN_READWRITE);
    database.exec("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 40000) "
                  "INSERT INTO events (at, level, kind, forest, node, operation_id, message) "
                  "SELECT i, 'info', 'node', 'oak', '', 0, hex(randomblob(2000)) FROM n");
    box.start();
  }
  DaemonBox box;
};

TEST_F(LargeBackup, LetsOthersHaveTheirTurnMeanwhile) {
  auto backup = backup_of(box, box.file("large"));
  int answered = 0;
  while (backup.running()) {
    if (box.ctl({"list", "--timeout", "5"}).status == 0 && fs::exists(box.file("state/backup.partial"))) ++answered;
  }
  EXPECT_EQ(backup.wait(limit), 0) << read_text(box.file("large.err"));
  EXPECT_GE(answered, 3);
  EXPECT_GT(fs::file_size(box.file("large")), 50'000'000U);
}

TEST_F(LargeBackup, OneAtATimeAndTheSecondIsToldSo) {
  auto first = backup_of(box, box.file("large"));
  ASSERT_TRUE(wait_until([&] { return fs::exists(box.file("state/backup.partial")); }, limit));
  const auto second = box.ctl({"backup"});
  EXPECT_EQ(second.status, 4) << second.err;
  EXPECT_THAT(second.err, HasSubstr("another backup is being made"));
  first.kill();
  EXPECT_TRUE(wait_until([&] { return !fs::exists(box.file("state/backup.partial")); }, limit)) << "its client is gone";
}

TEST_F(LargeBackup, AMoveWhoseClientDiesRetiresNobody) {
  auto moving = backup_of(box, box.file("large"), {"--move", "--yes"});
  ASSERT_TRUE(wait_until([&] { return fs::exists(box.file("large")) && fs::file_size(box.file("large")) > 100'000; }, limit));
  const auto refused = box.ctl({"plant", "local", "small", "--name", "oak"});
  EXPECT_EQ(refused.status, 4) << "the archive would not know of it";
  EXPECT_THAT(refused.err, HasSubstr("is being moved to another machine"));
  moving.kill();
  EXPECT_TRUE(wait_until([&] { return box.ctl({"takeover"}).status == 0; }, limit)) << "nothing is left to take over";
  const auto events = box.ctl({"events"}).out;
  EXPECT_THAT(events, HasSubstr("morpheusctl): backup --move")) << "it had begun";
  EXPECT_THAT(events, HasSubstr("did not arrive, and this daemon goes on"));
  EXPECT_THAT(events, Not(HasSubstr("is retired")));
  EXPECT_EQ(box.ctl({"plant", "local", "small", "--name", "oak"}).status, 0);
}

TEST_F(LargeBackup, AMoveWhoseDaemonIsKilledRetiresNobody) {
  auto moving = backup_of(box, box.file("large"), {"--move", "--yes"});
  ASSERT_TRUE(wait_until([&] { return fs::exists(box.file("large")) && fs::file_size(box.file("large")) > 100'000; }, limit));
  box.kill();
  EXPECT_EQ(moving.wait(limit), 1);
  EXPECT_THAT(read_text(box.file("large.err")), HasSubstr("the backup is incomplete"));
  box.start();
  EXPECT_EQ(box.ctl({"plant", "local", "small", "--name", "oak"}).status, 0) << "it acts";
}

// Where the archive cannot be written, whichever way: an error, and a move retires nobody.
TEST_F(LargeBackup, AnOutputThatFailsIsAnErrorAndRetiresNobody) {
  const std::string ctl = std::string(MORPHEUSCTL) + " --socket " + box.socket() + " backup ";
  for (const std::string& move : {std::string(), std::string("--move --yes ")}) {
    const std::vector<std::string> failing = {
        ctl + move + "> /dev/full",                                         // a full disk
        "ulimit -f 2000; " + ctl + move + "> " + box.file("limited"),       // SIGXFSZ
        "set -o pipefail; " + ctl + move + "| head -c 1000 > /dev/null",    // SIGPIPE
        ctl + move + ">&-",                                                 // no output at all
    };
    for (const auto& command : failing) {
      const auto failed = run_command({"/bin/bash", "-c", command});
      EXPECT_EQ(failed.status, 1) << command << failed.err;
      EXPECT_THAT(failed.err, HasSubstr("the backup is incomplete: standard output")) << command;
    }
  }
  EXPECT_TRUE(wait_until([&] { return box.ctl({"takeover"}).status == 0; }, limit)) << "nothing is left to take over";
  EXPECT_EQ(box.ctl({"plant", "local", "small", "--name", "oak"}).status, 0) << "it acts";
}

TEST_F(LargeBackup, APipeIsAnOutputLikeAnother) {
  const auto piped = run_command({"/bin/bash", "-c", "set -o pipefail; " + std::string(MORPHEUSCTL) + " --socket " + box.socket() +
                                                         " backup | cat > " + box.file("piped")});
  EXPECT_EQ(piped.status, 0) << piped.err;
  put_back(box, box.file("piped"));
}

// Zeroes hardly leave a trace in what is packed: for long nothing is to be sent, which is not the end.
class ZeroedBackup : public testing::TestWithParam<const char*> {
 protected:
  static constexpr std::size_t page = 4'096;

  void SetUp() override {
    box.start();
    ASSERT_EQ(box.ctl({"plant", "local", "small", "--name", "oak"}).status, 0);
    box.terminate();
    {
      SQLite::Database database(box.database(), SQLite::OPEN_READWRITE);
      database.exec("PRAGMA secure_delete = ON");
      database.exec(GetParam());
      database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
    }
    ASSERT_GT(longest_run_of_zeroes(), 500U) << "pages; a step of a backup reads 64 at most, and packs them to less than is sent at once";
    box.start();
  }

  std::size_t longest_run_of_zeroes() const {
    const auto bytes = read_text(box.database());
    const std::string zeroes(page, '\0');
    std::size_t longest = 0;
    std::size_t run = 0;
    for (std::size_t at = 0; at < bytes.size(); at += page) {
      run = bytes.compare(at, page, zeroes) == 0 ? run + 1 : 0;
      longest = std::max(longest, run);
    }
    return longest;
  }

  DaemonBox box;
};

INSTANTIATE_TEST_SUITE_P(Everywhere, ZeroedBackup,
                         testing::Values("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000) "
                                         "INSERT INTO events (at, level, kind, forest, node, operation_id, message) "
                                         "SELECT i, 'info', 'node', 'oak', '', 0, hex(randomblob(2000)) FROM n; DELETE FROM events WHERE at < 10000",
                                         "INSERT INTO events (at, level, kind, forest, node, operation_id, message) "
                                         "VALUES (1, 'info', 'node', 'oak', '', 0, CAST(zeroblob(30000000) AS TEXT)); DELETE FROM events WHERE at = 1"));

TEST_P(ZeroedBackup, IsWholeAndIsRestored) {
  const auto file = take_backup(box, "zeroed");
  put_back(box, file);
  box.start();
  EXPECT_EQ(box.ask({"list"})[0]["name"], "oak");
}

TEST_P(ZeroedBackup, IsMovedAndOnlyThenIsTheDaemonRetired) {
  const auto file = take_backup(box, "zeroed", {"--move", "--yes"});
  expect_it_changes_nothing(box, "retired");
  put_back(box, file);
  box.start();
  EXPECT_EQ(box.ctl({"grow", "oak", "--yes"}).status, 0);
}

TEST_F(LargeBackup, OfADaemonThatIsKilledIsKnownToBeIncomplete) {
  auto backup = backup_of(box, box.file("large"));
  ASSERT_TRUE(wait_until([&] { return fs::exists(box.file("large")) && fs::file_size(box.file("large")) > 100'000; }, limit));
  box.kill();
  EXPECT_EQ(backup.wait(limit), 1);
  EXPECT_THAT(read_text(box.file("large.err")), HasSubstr("the backup is incomplete"));
  EXPECT_TRUE(fs::exists(box.file("state/backup.partial"))) << "kill -9 leaves it";
  box.start();
  EXPECT_FALSE(fs::exists(box.file("state/backup.partial"))) << "and the next start sweeps it";
  box.terminate();
  fs::rename(box.database(), box.database() + ".lost");
  const auto restored = restore_into(box, box.file("large"));
  EXPECT_EQ(restored.status, 1);
  EXPECT_THAT(restored.err, HasSubstr("nothing was changed"));
  EXPECT_FALSE(fs::exists(box.database()));
}

TEST_F(LargeBackup, ARestoreThatIsKilledInTheMiddleLeavesNothing) {
  const auto file = take_backup(box, "large");
  box.terminate();
  fs::rename(box.database(), box.database() + ".lost");
  ASSERT_EQ(::mkfifo(box.file("pipe").c_str(), 0600), 0);
  Command command;
  command.arguments = {MORPHEUSD, "--config", box.config_file(), "--restore", box.file("pipe")};
  Child restoring(command);
  {
    std::ofstream pipe(box.file("pipe"), std::ios::binary);
    pipe << read_text(file).substr(0, 20'000'000) << std::flush;
    ASSERT_TRUE(wait_until([&] { return fs::exists(box.database() + ".restoring"); }, limit));
    restoring.kill();
  }
  EXPECT_FALSE(fs::exists(box.database()));
  const auto restored = restore_into(box, file);
  EXPECT_EQ(restored.status, 0) << restored.err;
  EXPECT_FALSE(fs::exists(box.database() + ".restoring"));
}

TEST(Restore, IsRefusedBesideARunningDaemonAndOverForests) {
  DaemonBox box;
  box.start();
  ASSERT_EQ(box.ctl({"plant", "local", "small", "--name", "oak"}).status, 0);
  const auto file = take_backup(box, "backup");
  auto refused = restore_into(box, file);
  EXPECT_EQ(refused.status, 1);
  EXPECT_THAT(refused.err, HasSubstr("a morpheusd runs on"));
  EXPECT_EQ(box.ctl({"status", "oak"}).status, 0);
  box.terminate();
  refused = restore_into(box, file);
  EXPECT_EQ(refused.status, 1);
  EXPECT_THAT(refused.err, HasSubstr("has 1 forest already"));
  box.start();
  EXPECT_EQ(box.ctl({"grow", "oak", "--yes"}).status, 0) << "it is as it was";
}

// A link that the owner of the state directory puts there leads root nowhere.
TEST(Restore, AsRootItIsDoneAsTheOwnerOfTheStateDirectory) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can restore for somebody else";
  constexpr unsigned somebody = 54'321;
  DaemonBox box;
  box.start();
  ASSERT_EQ(box.ctl({"plant", "local", "small", "--name", "oak"}).status, 0);
  const auto file = take_backup(box, "backup");
  box.terminate();
  DaemonBox other;
  const TempDir roots;
  fs::create_directories(other.file("state"));
  fs::create_directory_symlink(roots.path(), other.file("state") + "/forests.restoring");
  for (const auto& path : {other.file(""), other.file("state")}) ASSERT_EQ(::chown(path.c_str(), somebody, somebody), 0) << path;
  const auto restored = restore_into(other, file);
  ASSERT_EQ(restored.status, 0) << restored.err;
  for (const char* name : {"morpheus.db", "state/forests", "state/forests/oak", "state/forests/oak/secrets.json"}) {
    struct stat found {};
    ASSERT_EQ(::lstat(other.file(name).c_str(), &found), 0) << name;
    EXPECT_EQ(found.st_uid, somebody) << name;
    EXPECT_EQ(found.st_mode & 077U, 0U) << name;
  }
  struct stat untouched {};
  ASSERT_EQ(::stat(roots.path().c_str(), &untouched), 0);
  EXPECT_EQ(untouched.st_uid, 0U);
  EXPECT_TRUE(fs::is_empty(roots.path()));
}

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
  auto json = nlohmann::json::parse(read_text(manifest));
  for (const char* field : {"host", "time", "version"}) json[field] = "\x1b]0;owned\x07\x1b[2J\n<0>forged\xE2\x80\xAE" + std::string(2'000, 'x');
  std::ofstream(manifest) << json.dump();
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

TEST(Restore, ABackupHoldsNoFileThatARestoreWouldRefuse) {
  DaemonBox box;
  box.start();
  ASSERT_EQ(box.ctl({"plant", "local", "small", "--name", "oak"}).status, 0);
  for (const char* stray : {"secrets.json~", ".secrets.json.swp"}) std::ofstream(box.file("state/forests/oak/") + stray) << "an editor's";
  const auto file = take_backup(box, "backup");
  EXPECT_THAT(box.log(), HasSubstr("secrets.json~ is no secret of ours"));
  put_back(box, file);
}

TEST(Restore, OfACopyWatchesAndChangesNothingUntilTheTakeover) {
  DaemonBox box(hot());
  box.start();
  ASSERT_EQ(box.ctl({"pause"}).status, 5) << "there is no forest yet";
  ASSERT_EQ(box.ctl({"plant", "local", "small", "--name", "oak"}).status, 0);
  const auto file = take_backup(box, "backup");
  put_back(box, file);
  const auto servers = box.server_pids();
  box.start();
  EXPECT_TRUE(wait_until([&] { return box.ask({"status", "oak"})["cluster"]["healthy"] == servers.size() || servers.empty(); }, limit));
  expect_it_changes_nothing(box, "in standby");
  const auto decided = times_decided(box.database());
  box.terminate();
  box.start();
  expect_it_changes_nothing(box, "in standby");
  EXPECT_EQ(times_decided(box.database()), decided) << "every node is hot, and nothing was decided over a restart and 22 commands";
  EXPECT_EQ(box.server_pids(), servers);
  EXPECT_EQ(box.ctl({"takeover"}).status, 2) << "nobody can be asked";
  EXPECT_EQ(box.ctl({"takeover", "--yes"}).status, 0);
  EXPECT_EQ(box.ctl({"takeover"}).status, 0) << "nothing is left to do";
  EXPECT_TRUE(wait_until([&] { return times_decided(box.database()) > decided; }, limit));
  EXPECT_THAT(box.ctl({"events"}).out, HasSubstr("morpheusctl): takeover"));
}

TEST(Restore, TheOldAndTheNewNeverBothAct) {
  DaemonBox old(hot());
  old.start();
  ASSERT_EQ(old.ctl({"plant", "local", "small", "--name", "oak"}).status, 0);
  const auto settled = [&] { return open_operation(old.database()).empty(); };
  std::string file = old.file("moved");
  const auto moved = [&] {
    if (!settled()) return false;
    fs::remove(file);
    auto child = backup_of(old, file, {"--move", "--yes"});
    return child.wait(limit) == 0;  // refused while the forest grows
  };
  ASSERT_TRUE(wait_until(moved, limit)) << read_text(file + ".err");
  const auto servers = old.server_pids();
  const auto decided = times_decided(old.database());

  DaemonBox fresh(hot());
  fresh.start();  // installed, and with a database without forests
  fresh.terminate();
  const auto restored = restore_into(fresh, file);
  ASSERT_EQ(restored.status, 0) << restored.err;
  EXPECT_THAT(restored.out, HasSubstr("its original is retired"));
  fresh.start();
  EXPECT_EQ(fresh.ask({"list"})[0]["name"], "oak");
  EXPECT_TRUE(wait_until([&] { return times_decided(fresh.database()) > decided; }, limit)) << "the new one decides";

  expect_it_changes_nothing(old, "retired");
  old.terminate();
  old.start();
  expect_it_changes_nothing(old, "retired");
  EXPECT_EQ(times_decided(old.database()), decided) << "the old one has decided nothing since";
  EXPECT_EQ(old.server_pids(), servers);
  fresh.terminate();
  EXPECT_EQ(old.ctl({"takeover", "--yes"}).status, 0) << "the way back";
  EXPECT_TRUE(wait_until([&] { return times_decided(old.database()) > decided; }, limit));
}

TEST(Restore, AForestOnTheSameBoxGoesOn) {
  DaemonBox box;
  box.start();
  ASSERT_EQ(box.ctl({"plant", "local", "small", "--name", "oak"}).status, 0);
  const auto file = take_backup(box, "moved", {"--move", "--yes"});
  const auto servers = box.server_pids();
  put_back(box, file);
  box.start();
  const auto grown = box.ctl({"grow", "oak", "--yes"});
  EXPECT_EQ(grown.status, 0) << grown.err;
  EXPECT_EQ(box.ask({"status", "oak"})["cluster"]["nodes"], 2);
  EXPECT_EQ(box.server_pids().size(), servers.size() + 1);
  EXPECT_EQ(box.ctl({"teardown", "oak", "--yes"}).status, 0);
  EXPECT_TRUE(wait_until([&] { return box.server_pids().empty(); }, limit));
}

// The world went on after the copy: what was created is an orphan, what was deleted is gone.
TEST(Restore, OfAnOldCopyMeetsTheCloudAsItIs) {
  const FakeCloud cloud;
  auto settings = in_cloud(cloud);
  settings.core_nodes = 1;
  DaemonBox box(settings);
  box.start();
  ASSERT_EQ(box.ctl({"plant", "cloud", "small", "--yes", "--name", "oak"}).status, 0) << box.log();
  ASSERT_EQ(box.ctl({"grow", "oak", "--yes"}).status, 0) << box.log();
  ASSERT_EQ(box.ctl({"pause", "oak"}).status, 0);
  const auto file = take_backup(box, "backup");
  ASSERT_EQ(box.ctl({"resume", "oak"}).status, 0);
  ASSERT_EQ(box.ctl({"grow", "oak", "--yes"}).status, 0) << box.log();
  ASSERT_EQ(box.ctl({"shrink", "oak", "--node", "node-2", "--yes"}).status, 0) << box.log();
  put_back(box, file);
  box.start();
  const auto servers = cloud.state()["servers"];
  EXPECT_EQ(box.ctl({"grow", "oak", "--yes"}).status, 4);
  EXPECT_EQ(cloud.state()["servers"], servers) << "in standby nothing was changed";
  std::string seen;
  const auto sees_all = [&] {
    seen = box.ctl({"doctor"}).out;
    return seen.find("oak-node-2 does not answer") != std::string::npos;
  };
  EXPECT_TRUE(wait_until(sees_all, limit)) << seen;
  for (const char* finding : {"oak-node-3 (", "oak-node-2 is stored as ready", "it is paused"}) EXPECT_THAT(seen, HasSubstr(finding));
  for (const char* refused : {"adopt", "delete-orphan", "grow oak", "shrink", "resume"}) {
    EXPECT_THAT(seen, Not(HasSubstr(std::string("morpheusctl ") + refused))) << "nothing that is refused is to be typed";
  }
  ASSERT_EQ(box.ctl({"takeover", "--yes"}).status, 0);
  EXPECT_THAT(box.ctl({"doctor"}).out, AllOf(HasSubstr("morpheusctl adopt oak-node-3"), HasSubstr("morpheusctl resume oak")));
  ASSERT_EQ(box.ctl({"resume", "oak"}).status, 0);
  const auto told = [&] {
    const auto events = box.ctl({"events"}).out;
    return events.find("morpheusctl adopt oak-node-3") != std::string::npos && events.find("somebody else deleted it") != std::string::npos;
  };
  EXPECT_TRUE(wait_until(told, limit)) << box.ctl({"events"}).out;
  EXPECT_EQ(box.ctl({"adopt", "oak-node-3"}).status, 0);
  EXPECT_EQ(box.ask({"status", "oak"})["cluster"]["nodes"], 2);
}

}  // namespace
}  // namespace morpheus
