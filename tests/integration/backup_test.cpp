#include <SQLiteCpp/SQLiteCpp.h>
#include <gmock/gmock.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>

#include "tests/integration/backup_steps.hpp"

namespace morpheus {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

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
  EXPECT_TRUE(wait_until([&] { return box.ctl({"pause", "oak"}).status == 0; }, backup_limit)) << box.log();
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
  EXPECT_EQ(backup.wait(backup_limit), 0) << read_text(box.file("large.err"));
  EXPECT_GE(answered, 3);
  EXPECT_GT(fs::file_size(box.file("large")), 50'000'000U);
}

TEST_F(LargeBackup, OneAtATimeAndTheSecondIsToldSo) {
  auto first = backup_of(box, box.file("large"));
  ASSERT_TRUE(wait_until([&] { return fs::exists(box.file("state/backup.partial")); }, backup_limit));
  const auto second = box.ctl({"backup"});
  EXPECT_EQ(second.status, 4) << second.err;
  EXPECT_THAT(second.err, HasSubstr("another backup is being made"));
  first.kill();
  EXPECT_TRUE(wait_until([&] { return !fs::exists(box.file("state/backup.partial")); }, backup_limit)) << "its client is gone";
}

TEST_F(LargeBackup, AMoveWhoseClientDiesRetiresNobody) {
  auto moving = backup_of(box, box.file("large"), {"--move", "--yes"});
  ASSERT_TRUE(wait_until([&] { return fs::exists(box.file("large")) && fs::file_size(box.file("large")) > 100'000; }, backup_limit));
  const auto refused = box.ctl({"plant", "local", "small", "--name", "oak"});
  EXPECT_EQ(refused.status, 4) << "the archive would not know of it";
  EXPECT_THAT(refused.err, HasSubstr("is being moved to another machine"));
  moving.kill();
  EXPECT_TRUE(wait_until([&] { return box.ctl({"takeover"}).status == 0; }, backup_limit)) << "nothing is left to take over";
  const auto events = box.ctl({"events"}).out;
  EXPECT_THAT(events, HasSubstr("morpheusctl): backup --move")) << "it had begun";
  EXPECT_THAT(events, HasSubstr("did not arrive, and this daemon goes on"));
  EXPECT_THAT(events, Not(HasSubstr("is retired")));
  EXPECT_EQ(box.ctl({"plant", "local", "small", "--name", "oak"}).status, 0);
}

TEST_F(LargeBackup, AMoveWhoseDaemonIsKilledRetiresNobody) {
  auto moving = backup_of(box, box.file("large"), {"--move", "--yes"});
  ASSERT_TRUE(wait_until([&] { return fs::exists(box.file("large")) && fs::file_size(box.file("large")) > 100'000; }, backup_limit));
  box.kill();
  EXPECT_EQ(moving.wait(backup_limit), 1);
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
  EXPECT_TRUE(wait_until([&] { return box.ctl({"takeover"}).status == 0; }, backup_limit)) << "nothing is left to take over";
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
  ASSERT_TRUE(wait_until([&] { return fs::exists(box.file("large")) && fs::file_size(box.file("large")) > 100'000; }, backup_limit));
  box.kill();
  EXPECT_EQ(backup.wait(backup_limit), 1);
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
    ASSERT_TRUE(wait_until([&] { return fs::exists(box.database() + ".restoring"); }, backup_limit));
    restoring.kill();
  }
  EXPECT_FALSE(fs::exists(box.database()));
  const auto restored = restore_into(box, file);
  EXPECT_EQ(restored.status, 0) << restored.err;
  EXPECT_FALSE(fs::exists(box.database() + ".restoring"));
}

}  // namespace
}  // namespace morpheus
