#include "daemon/backup/restore.hpp"

#include <SQLiteCpp/SQLiteCpp.h>
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "common/archive/entries.hpp"
#include "daemon/backup/backup.hpp"
#include "daemon/runtime/lock_file.hpp"
#include "daemon/runtime/system_clock.hpp"
#include "daemon/store/schema.hpp"
#include "tests/tools/child.hpp"
#include "tests/tools/raw_archive.hpp"
#include "tests/tools/temp_dir.hpp"

namespace morpheus {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

constexpr int crashed = 42;

// A daemon's data with one forest, and a place without any.
class RestoreTest : public testing::Test {
 protected:
  RestoreTest() {
    for (const char* each : {"old/state/forests/oak", "new/state"}) fs::create_directories(dir_.path() / each);
    std::ofstream(dir_ / "old/state/forests/oak/secrets.json") << "{\"route_password\":\"secret\"}";
    store_ = Store::open(dir_ / "old/m.db", "0123456789abcdef").value();
    Forest forest;
    forest.name = "oak";
    forest.provider = "local";
    store_->add_forest(forest);
    backups_ = std::make_unique<Backups>(clock_, *store_, dir_ / "old/state", "1.2.3");
  }

  std::string archive(bool moved = false) {
    const auto path = dir_ / "archive";
    std::ofstream out(path, std::ios::binary | std::ios::trunc);
    const auto backup = backups_->begin().value();
    while (backup->copy_step()) {
    }
    backup->settle(moved);
    for (auto piece = backup->next(); piece; piece = backup->next()) out << *piece;
    return path;
  }
  // An archive with other entries between a sound manifest and the sums.
  std::string archive_with(const std::vector<std::pair<std::string, std::string>>& entries, const Manifest& manifest = {}) {
    test::RawArchive raw;
    raw.add(entry::manifest, to_json(manifest));
    for (const auto& [name, text] : entries) raw.add(name, text);
    raw.add_sums();
    const auto path = dir_ / "other-archive";
    std::ofstream(path, std::ios::binary | std::ios::trunc) << raw.gzip();
    return path;
  }
  // Changes the database that is backed up, past the store.
  void alter(const std::string& text) { SQLite::Database(dir_ / "old/m.db", SQLite::OPEN_READWRITE).exec(text); }
  RestorePlace place() const { return {dir_ / "new/state", dir_ / "new/m.db"}; }
  std::vector<std::string> left() const {
    std::vector<std::string> names;
    for (const auto& each : fs::recursive_directory_iterator(dir_.path() / "new")) {
      const auto name = fs::relative(each.path(), dir_.path() / "new").string();
      if (!name.ends_with("lock") && name != "state") names.push_back(name);
    }
    return names;
  }
  void expect_refused(const std::string& file, const std::string& why) {
    const auto restored = restore(file, place(), clock_);
    ASSERT_FALSE(restored) << why;
    EXPECT_THAT(describe(restored.error()), HasSubstr(why));
    EXPECT_THAT(left(), testing::IsEmpty()) << why;
  }
  LeaseRecord restored_duty() const { return Store::open(dir_ / "new/m.db", "other").value()->lease(); }

  TempDir dir_;
  SystemClock clock_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<Backups> backups_;
};

TEST_F(RestoreTest, ACopyIsWholePrivateAndInStandby) {
  const auto restored = restore(archive(), place(), clock_);
  ASSERT_TRUE(restored) << describe(restored.error());
  EXPECT_THAT(restored->forests, testing::ElementsAre("oak"));
  EXPECT_EQ(read_text(dir_ / "new/state/forests/oak/secrets.json"), "{\"route_password\":\"secret\"}");
  for (const auto& [name, mode] : {std::pair{"new/m.db", 0600}, std::pair{"new/state/forests", 0700}, std::pair{"new/state/forests/oak", 0700},
                                   std::pair{"new/state/forests/oak/secrets.json", 0600}}) {
    struct stat found {};
    ASSERT_EQ(::stat((dir_ / name).c_str(), &found), 0) << name;
    EXPECT_EQ(found.st_mode & 07777, static_cast<mode_t>(mode)) << name;
  }
  EXPECT_EQ(restored_duty().state, LeaseState::standby);
  EXPECT_EQ(Store::open(dir_ / "new/m.db", "other").value()->installation_id(), "0123456789abcdef");
}

TEST_F(RestoreTest, AMovedOneActsAtOnceWithAHigherGeneration) {
  ASSERT_TRUE(restore(archive(true), place(), clock_));
  EXPECT_EQ(restored_duty().state, LeaseState::active);
  EXPECT_EQ(restored_duty().epoch, store_->lease().epoch + 1);
}

TEST_F(RestoreTest, WhateverIsRestoredIsAnotherActorThanItsOriginal) {
  store_->give_holder("a1");
  for (const bool moved : {false, true}) {
    const auto file = archive(moved);
    fs::remove_all(dir_ / "new");
    fs::create_directories(dir_ / "new/state");
    ASSERT_TRUE(restore(file, place(), clock_));
    EXPECT_EQ(restored_duty().holder, "") << "who opens it gives it one";
  }
  EXPECT_EQ(store_->lease().holder, "a1");
}

TEST_F(RestoreTest, OneOfTheVersionBeforeActorsIsRestored) {
  constexpr std::size_t before_actors = 3;
  {
    SQLite::Database database(dir_ / "older.db", SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
    ASSERT_TRUE(sql::migrate(database, sql::migrations().first(before_actors)));
    database.exec("INSERT INTO meta VALUES ('installation_id', 'feed')");
  }
  Manifest older;
  older.kind = "copy";
  older.schema = before_actors;
  older.installation_id = "feed";
  const auto restored = restore(archive_with({{"morpheus.db", read_text(dir_ / "older.db")}}, older), place(), clock_);
  ASSERT_TRUE(restored) << describe(restored.error());
  EXPECT_EQ(restored_duty().state, LeaseState::standby);
  EXPECT_EQ(restored_duty().holder, "");
}

TEST_F(RestoreTest, WhatIsWrittenWhileItIsCopiedIsInIt) {
  const auto backup = backups_->begin().value();
  backup->copy_step();
  Forest late;
  late.name = "late";
  late.provider = "local";
  store_->add_forest(late);
  EXPECT_EQ(backups_->begin().error().code, ErrorCode::refused) << "one at a time";
  EXPECT_TRUE(fs::exists(dir_ / "old/state/backup.partial"));
  struct stat found {};
  ASSERT_EQ(::stat((dir_ / "old/state/backup.partial").c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 07777, 0600U);
  backup->settle(false);
  std::ofstream out(dir_ / "archive", std::ios::binary);
  for (auto piece = backup->next(); piece; piece = backup->next()) out << *piece;
  out.close();
  const auto restored = restore(dir_ / "archive", place(), clock_);
  ASSERT_TRUE(restored) << describe(restored.error());
  EXPECT_THAT(restored->forests, testing::ElementsAre("oak", "late"));
}

TEST_F(RestoreTest, TheTemporaryFileIsGoneAfterwardsAndIsSweptAfterAKill) {
  archive();
  EXPECT_FALSE(fs::exists(dir_ / "old/state/backup.partial"));
  std::ofstream(dir_ / "old/state/backup.partial") << "left by a daemon that was killed";
  const Backups again(clock_, *store_, dir_ / "old/state", "1.2.3");
  EXPECT_FALSE(fs::exists(dir_ / "old/state/backup.partial"));
}

TEST_F(RestoreTest, WhatIsNoBackupChangesNothing) {
  std::ofstream(dir_ / "text") << "no archive at all";
  std::ofstream(dir_ / "empty");
  expect_refused(dir_ / "text", "no backup");
  expect_refused(dir_ / "empty", "no backup");
  expect_refused(dir_ / "missing", "cannot be opened");
  expect_refused(dir_.path(), "damaged or cut off");
}

TEST_F(RestoreTest, ATruncatedOneIsRefusedWhereverItEnds) {
  const auto whole = read_text(archive());
  ASSERT_GT(whole.size(), 1000U);
  for (std::size_t size = 0; size < whole.size(); size += whole.size() / 23) {
    std::ofstream(dir_ / "cut", std::ios::binary | std::ios::trunc) << whole.substr(0, size);
    expect_refused(dir_ / "cut", "nothing was changed");
  }
  std::ofstream(dir_ / "cut", std::ios::binary | std::ios::trunc) << whole.substr(0, whole.size() - 1);
  expect_refused(dir_ / "cut", "nothing was changed");
}

// Where it changes nothing of the content (padding), it does no harm.
TEST_F(RestoreTest, OneFlippedBitIsFoundOrHarmless) {
  constexpr int most_are_found = 25;  // of 37: how many meet padding changes with what the database compresses to
  const auto whole = read_text(archive());
  int found = 0;
  for (std::size_t at = 40; at < whole.size() - 10; at += whole.size() / 37) {
    auto flipped = whole;
    flipped[at] = static_cast<char>(flipped[at] ^ 4);
    std::ofstream(dir_ / "flipped", std::ios::binary | std::ios::trunc) << flipped;
    if (!restore(dir_ / "flipped", place(), clock_)) {
      ++found;
      EXPECT_THAT(left(), testing::IsEmpty()) << at;
      continue;
    }
    EXPECT_EQ(read_text(dir_ / "new/state/forests/oak/secrets.json"), "{\"route_password\":\"secret\"}") << at;
    EXPECT_EQ(Store::open(place().database, "x").value()->forests().size(), 1U) << at;
    fs::remove_all(dir_ / "new");
    fs::create_directories(dir_ / "new/state");
  }
  EXPECT_GE(found, most_are_found);
}

TEST_F(RestoreTest, AForestOrNodeWhoseNameLeadsElsewhereIsRefused) {
  for (const char* name : {"../../x", "..", "/etc", "", "oak/../elm", "a b", "OAK", "-oak", "x\x1b[2J", "o\xFC", "x\ny",
                           "a-name-that-is-longer-than-forty-letters-is-no-name"}) {
    alter("UPDATE forests SET name = '" + std::string(name) + "'");
    expect_refused(archive(), "it has a forest named \"");
  }
  alter("UPDATE forests SET name = 'oak'");
  for (const char* name : {"../../etc", ".", "", "oak-node-1/../../x", "\x1b]0;x\x07"}) {
    Node node;
    node.forest_id = 1;
    node.name = name;
    node.index = 1;
    const auto id = store_->add_node(node);
    expect_refused(archive(), "it has a node named \"");
    alter("DELETE FROM nodes WHERE id = " + std::to_string(id));
  }
  EXPECT_TRUE(restore(archive(), place(), clock_)) << "without them";
}

TEST_F(RestoreTest, ASchemaOtherThanThatOfItsVersionIsRefused) {
  const std::vector<std::pair<std::string, std::string>> changes = {
      {"CREATE TRIGGER evil AFTER INSERT ON events BEGIN DELETE FROM forests; END", "DROP TRIGGER evil"},
      {"CREATE TRIGGER evil INSTEAD OF UPDATE ON seen BEGIN DELETE FROM forests; END", ""},
      {"CREATE VIEW evil AS SELECT * FROM duty", "DROP VIEW evil"},
      {"CREATE TABLE evil (x)", "DROP TABLE evil"},
      {"CREATE INDEX evil ON events (message)", "DROP INDEX evil"},
      {"CREATE INDEX evil ON forests (upper(name))", "DROP INDEX evil"},
      {"ALTER TABLE forests ADD COLUMN evil TEXT DEFAULT 'x'", "ALTER TABLE forests DROP COLUMN evil"},
      {"DROP INDEX events_by_forest", "CREATE INDEX events_by_forest ON events (forest, id)"},
      {"DROP TABLE cooldowns", ""}};
  std::size_t tried = 0;
  for (const auto& [change, back] : changes) {
    try {
      alter(change);
    } catch (const SQLite::Exception&) {
      continue;  // of a view that is not there
    }
    ++tried;
    expect_refused(archive(), "its schema is not that of version");
    if (!back.empty()) alter(back);
  }
  EXPECT_GE(tried, 8U);
}

TEST_F(RestoreTest, AnIndexThatDisagreesWithItsTableIsFound) {
  {
    SQLite::Database database(dir_ / "old/m.db", SQLite::OPEN_READWRITE);
    database.exec("PRAGMA writable_schema = ON");
    const auto own = database.execAndGet("SELECT rootpage FROM sqlite_master WHERE name = 'sqlite_autoindex_forests_1'").getInt();
    const auto other = database.execAndGet("SELECT rootpage FROM sqlite_master WHERE name = 'sqlite_autoindex_boots_1'").getInt();
    database.exec("UPDATE sqlite_master SET rootpage = " + std::to_string(other) + " WHERE name = 'sqlite_autoindex_forests_1'");
    database.exec("UPDATE sqlite_master SET rootpage = " + std::to_string(own) + " WHERE name = 'sqlite_autoindex_boots_1'");
  }
  expect_refused(archive(), "database is damaged");
}

TEST_F(RestoreTest, NamesThatABackupDoesNotHaveLeadNowhere) {
  for (const char* name : {"../evil", "/etc/evil", "forests/../evil", "forests/oak/../../evil", "forests/oak/.hidden", "forests/..", "forests//x",
                           "forests/oak", "forests/oak/a/b", "other.db"}) {
    expect_refused(archive_with({{name, "x"}}), "does not belong into it");
  }
  expect_refused(archive_with({{"forests/oak/a", "x"}, {"forests/oak/a", "y"}}), "in it twice");
  expect_refused(archive_with({}), "no database");
  EXPECT_FALSE(fs::exists(dir_ / "evil"));
}

TEST_F(RestoreTest, ALinkIsRefused) {
  fs::create_directories(dir_ / "links/forests");
  std::ofstream(dir_ / "links/manifest.json") << to_json(Manifest{});
  fs::create_symlink("/etc", dir_ / "links/forests/oak");
  const auto made = run_command({"/usr/bin/tar", "-C", dir_ / "links", "-czf", dir_ / "links.tgz", "manifest.json", "forests/oak"});
  ASSERT_EQ(made.status, 0) << made.err;
  expect_refused(dir_ / "links.tgz", "no regular file");
}

TEST_F(RestoreTest, ANewerFormatAndANewerSchemaAreNamed) {
  Manifest newer;
  newer.format = Manifest::newest_format + 1;
  newer.version = "9.9";
  expect_refused(archive_with({}, newer), "made by morpheusd 9.9");
  SQLite::Database(dir_ / "old/m.db", SQLite::OPEN_READWRITE).exec("PRAGMA user_version = 99");
  expect_refused(archive(), "its database is of version 99");
}

TEST_F(RestoreTest, ForestsThatAreThereAndADaemonThatRunsAreLeftAlone) {
  const auto file = archive();
  {
    const auto held = LockFile::take(place().state_dir + "/lock", "x", "x");
    expect_refused(file, "a morpheusd runs on");
  }
  ASSERT_TRUE(restore(file, place(), clock_));
  const auto again = restore(file, place(), clock_);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, ErrorCode::conflict);
  EXPECT_THAT(again.error().message, HasSubstr("has 1 forest already"));
  EXPECT_EQ(Store::open(place().database, "x").value()->forests().size(), 1U);
}

TEST_F(RestoreTest, ADatabaseWithoutForestsIsPutAside) {
  const auto file = archive();
  ASSERT_EQ(Store::open(place().database, "fresh").value()->installation_id(), "fresh");
  const auto restored = restore(file, place(), clock_);
  ASSERT_TRUE(restored) << describe(restored.error());
  ASSERT_EQ(restored->aside.size(), 1U);
  EXPECT_TRUE(fs::exists(restored->aside[0]));
  EXPECT_EQ(Store::open(place().database, "x").value()->installation_id(), "0123456789abcdef");
}

// A process that ends before step n of a restore, for every n: then no forest is known, and another restore does all of it.
TEST_F(RestoreTest, ACrashAtAnyStepLeavesNothingOrTheWhole) {
  const auto file = archive();
  int steps = 0;
  for (bool done = false; !done; ++steps) {
    fs::remove_all(dir_ / "new");
    fs::create_directories(dir_ / "new/state/forests/elm");
    std::ofstream(dir_ / "new/state/forests/elm/secrets.json") << "somebody's";
    const pid_t child = ::fork();
    if (child == 0) {
      int left = steps;
      const auto restored = restore(file, place(), clock_, [&left] {
        if (left-- == 0) ::_exit(crashed);
      });
      ::_exit(restored ? 0 : 1);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFEXITED(status));
    done = WEXITSTATUS(status) == 0;
    ASSERT_TRUE(done || WEXITSTATUS(status) == crashed) << WEXITSTATUS(status);
    EXPECT_EQ(fs::exists(dir_ / "new/m.db"), done);
    if (done) continue;
    sweep_restore(place());
    EXPECT_FALSE(fs::exists(dir_ / "new/m.db.restoring"));
    EXPECT_FALSE(fs::exists(dir_ / "new/state/forests.restoring"));
    const auto again = restore(file, place(), clock_);
    ASSERT_TRUE(again) << describe(again.error());
    EXPECT_EQ(Store::open(place().database, "x").value()->forests().size(), 1U);
    bool kept = false;
    for (const auto& each : fs::directory_iterator(place().state_dir)) kept = kept || fs::exists(each.path() / "elm/secrets.json");
    EXPECT_TRUE(kept) << "what was there before is lost, step " << steps;
  }
  EXPECT_GE(steps, 5);
}

}  // namespace
}  // namespace morpheus
