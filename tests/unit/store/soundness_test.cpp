#include "daemon/store/soundness.hpp"

#include <SQLiteCpp/SQLiteCpp.h>
#include <gmock/gmock.h>

#include <string>

#include "daemon/store/schema.hpp"
#include "daemon/store/store.hpp"
#include "tests/tools/temp_dir.hpp"

namespace morpheus {
namespace {

using testing::HasSubstr;
using testing::Not;

class SoundnessTest : public testing::Test {
 protected:
  std::string path() const { return dir_ / "m.db"; }
  void write(const std::string& statement) {
    ASSERT_TRUE(Store::open(path(), "feed"));
    SQLite::Database(path(), SQLite::OPEN_READWRITE).exec(statement);
  }
  TempDir dir_;
};

TEST_F(SoundnessTest, ADatabaseWithANameThatLeadsElsewhereIsNotOpened) {
  for (const char* name : {"../../x", "/", "..", "a\x1b[2Jb"}) {
    write(std::string("INSERT INTO forests (name, provider, state, paused, next_index, witness_retired, futility_cleared_op, created) VALUES ('") + name +
          "', 'local', 'active', 0, 1, 0, 0, 0)");
    const auto opened = Store::open(path(), "feed");
    ASSERT_FALSE(opened) << name;
    EXPECT_THAT(opened.error().message, HasSubstr("it has a forest named \""));
    EXPECT_THAT(opened.error().message, Not(HasSubstr("\x1b")));
    SQLite::Database(path(), SQLite::OPEN_READWRITE).exec("DELETE FROM forests");
  }
  EXPECT_TRUE(Store::open(path(), "feed"));
}

TEST_F(SoundnessTest, ADatabaseWithTriggersOrViewsIsNotOpened) {
  write("CREATE TRIGGER evil AFTER INSERT ON events BEGIN DELETE FROM forests; END");
  EXPECT_THAT(Store::open(path(), "feed").error().message, HasSubstr("it has a trigger evil"));
  SQLite::Database(path(), SQLite::OPEN_READWRITE).exec("DROP TRIGGER evil; CREATE VIEW more AS SELECT 1");
  EXPECT_THAT(Store::open(path(), "feed").error().message, HasSubstr("it has a view more"));
}

TEST_F(SoundnessTest, ATriggerThatComesWhileItIsOpenDoesNotRun) {
  const auto store = Store::open(path(), "feed").value();
  Forest forest;
  forest.name = "oak";
  store->add_forest(forest);
  SQLite::Database(path(), SQLite::OPEN_READWRITE).exec("CREATE TRIGGER evil AFTER INSERT ON events BEGIN DELETE FROM forests; END");
  store->add_event(Event{});
  EXPECT_EQ(store->forests().size(), 1U);
}

// Of each version, however many steps ago it was made.
TEST_F(SoundnessTest, WhatWasMigratedStepByStepIsAsWhatWasMadeAtOnce) {
  for (std::size_t version = 1; version <= sql::migrations().size(); ++version) {
    SQLite::Database database(dir_ / ("v" + std::to_string(version)), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
    for (std::size_t step = 1; step <= version; ++step) ASSERT_TRUE(sql::migrate(database, sql::migrations().first(step)));
    database.exec("ANALYZE");
    EXPECT_TRUE(sql::check_schema(database, static_cast<int>(version))) << version;
    for (std::size_t other = 1; other <= sql::migrations().size(); ++other) {
      EXPECT_EQ(sql::check_schema(database, static_cast<int>(other)).has_value(), other == version) << version << " as " << other;
    }
  }
}

}  // namespace
}  // namespace morpheus
