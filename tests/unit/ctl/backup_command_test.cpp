#include <fmt/format.h>
#include <gmock/gmock.h>

#include "common/archive/entries.hpp"
#include "common/archive/manifest.hpp"
#include "common/archive/sha256.hpp"
#include "tests/tools/child.hpp"
#include "tests/tools/raw_archive.hpp"
#include "tests/unit/ctl/fake_daemon.hpp"
#include "tests/unit/ctl/run_ctl.hpp"

namespace morpheus::ctl::test {
namespace {

using morpheus::test::RawArchive;
using testing::HasSubstr;

RawArchive raw_archive() {
  RawArchive raw;
  raw.add(entry::manifest, to_json(Manifest{}));
  raw.add(entry::database, std::string(5'000, 'd'));
  return raw;
}

std::string archive() {
  auto raw = raw_archive();
  raw.add_sums();
  return raw.gzip();
}

// An answer that HTTP says is complete.
FakeAnswer download(const std::string& bytes) {
  const auto chunk = bytes.empty() ? "" : fmt::format("{:x}\r\n{}\r\n", bytes.size(), bytes);
  return {"HTTP/1.1 200 OK\r\nContent-Type: application/gzip\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk + "0\r\n\r\n"};
}

// Downloads that are not a backup, whatever HTTP says of their end.
std::vector<std::pair<std::string, std::string>> faulty() {
  const auto whole = archive();
  auto unsummed = raw_archive();
  auto disagreeing = RawArchive();
  disagreeing.add(entry::manifest, to_json(Manifest{}));
  disagreeing.add_claiming(entry::database, 1, "d");
  disagreeing.add_sums();
  return {{"nothing", ""},
          {"its first bytes", whole.substr(0, 10)},
          {"half of it", whole.substr(0, whole.size() / 2)},
          {"all but its last byte", whole.substr(0, whole.size() - 1)},
          {"more than it", whole + "x"},
          {"no sums", unsummed.gzip()},
          {"other sums", disagreeing.gzip()},
          {"no gzip", std::string(10'000, 'x')},
          {"zeroes", std::string(10'000, '\0')},
          {"a gzip of nothing", morpheus::test::gzip_of("")}};
}

TEST(BackupCommand, AWholeArchiveIsWrittenAsItCame) {
  FakeDaemon daemon;
  daemon.on("POST /v1/backup", download(archive()));
  const auto done = run_ctl(daemon.socket(), {"backup"});
  EXPECT_EQ(done.status, 0) << done.err;
  EXPECT_EQ(done.out, archive());
  EXPECT_THAT(done.err, HasSubstr("keep it private"));
}

TEST(BackupCommand, DoneIsSaidOfNothingElse) {
  for (const auto& [what, bytes] : faulty()) {
    FakeDaemon daemon;
    daemon.on("POST /v1/backup", download(bytes));
    const auto failed = run_ctl(daemon.socket(), {"backup"});
    EXPECT_EQ(failed.status, 1) << what;
    EXPECT_THAT(failed.err, HasSubstr("the backup is incomplete")) << what;
    EXPECT_THAT(failed.err, HasSubstr("delete it")) << what;
    EXPECT_THAT(failed.err, Not(HasSubstr("keep it private"))) << what;
  }
}

TEST(BackupCommand, OnlyAWholeArchiveOfAMoveIsAcknowledged) {
  const auto acknowledgement = "POST /v1/backup/move/" + sha256_of(archive()) + "/acknowledgement";
  {
    FakeDaemon daemon;
    daemon.on("POST /v1/backup/move", download(archive()));
    daemon.on(acknowledgement, reply({{"state", "retired"}}));
    const auto done = run_ctl(daemon.socket(), {"backup", "--move", "--yes"});
    EXPECT_EQ(done.status, 0) << done.err;
    EXPECT_TRUE(daemon.was_asked(acknowledgement));
    EXPECT_THAT(done.err, HasSubstr("this daemon is retired"));
  }
  for (const auto& [what, bytes] : faulty()) {
    if (what == "more than it") continue;  // what it is followed by comes too late
    FakeDaemon daemon;
    daemon.on("POST /v1/backup/move", download(bytes));
    daemon.on("GET /v1/duty", reply({{"state", "active"}}));
    const auto failed = run_ctl(daemon.socket(), {"backup", "--move", "--yes"});
    EXPECT_EQ(failed.status, 1) << what;
    for (const auto& seen : daemon.seen()) EXPECT_THAT(seen.line, Not(HasSubstr("acknowledgement"))) << what;
    EXPECT_THAT(failed.err, Not(HasSubstr("is retired"))) << what;
  }
}

// The status that the client ends with, in a shell's pipeline.
Finished piped(const FakeDaemon& daemon, const std::string& arguments, const std::string& reader) {
  return run_command({"/bin/bash", "-c",
                      fmt::format("{} --socket {} {} | {}; exit ${{PIPESTATUS[0]}}", MORPHEUSCTL, daemon.socket(), arguments, reader)});
}

TEST(BackupCommand, WhatAReaderLeftInThePipeWasNotDelivered) {
  const auto acknowledgement = "POST /v1/backup/move/" + sha256_of(archive()) + "/acknowledgement";
  for (const std::string arguments : {"backup", "backup --move --yes"}) {
    FakeDaemon daemon;
    daemon.on("POST /v1/backup", download(archive()));
    daemon.on("POST /v1/backup/move", download(archive()));
    daemon.on("GET /v1/duty", reply({{"state", "moving"}}));
    daemon.on(acknowledgement, reply({{"state", "retired"}}));
    for (const std::string reader : {"true", "head -c 10 >/dev/null", "dd bs=1M count=1 status=none of=/dev/null"}) {
      const auto failed = piped(daemon, arguments, reader);
      EXPECT_EQ(failed.status, 1) << arguments << " | " << reader;
      EXPECT_THAT(failed.err, HasSubstr("its reader left before the end"));
      EXPECT_THAT(failed.err, Not(HasSubstr("keep it private")));
    }
    EXPECT_FALSE(daemon.was_asked(acknowledgement));
    const auto said = piped(daemon, arguments, "true").err;
    EXPECT_EQ(said.find("did not arrive: the daemon goes on acting") != std::string::npos, arguments != "backup") << said;
    const auto done = piped(daemon, arguments, "cat");
    EXPECT_EQ(done.status, 0) << done.err;
    EXPECT_EQ(done.out, archive());
    EXPECT_EQ(daemon.was_asked(acknowledgement), arguments != "backup");
  }
}

TEST(BackupCommand, AMoveThatTheDaemonDoesNotConfirmHasFailed) {
  const auto acknowledgement = "POST /v1/backup/move/" + sha256_of(archive()) + "/acknowledgement";
  FakeDaemon daemon;
  daemon.on("POST /v1/backup/move", download(archive()));
  daemon.on(acknowledgement, error(409, "refused", "no move waits for an acknowledgement"));
  daemon.on("GET /v1/duty", reply({{"state", "active"}}));
  const auto failed = run_ctl(daemon.socket(), {"backup", "--move", "--yes"});
  EXPECT_EQ(failed.status, 1) << failed.err;
  EXPECT_THAT(failed.err, HasSubstr("no move waits for an acknowledgement"));
  EXPECT_THAT(failed.err, HasSubstr("delete it"));
}

}  // namespace
}  // namespace morpheus::ctl::test
