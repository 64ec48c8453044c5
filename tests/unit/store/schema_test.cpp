#include "daemon/store/schema.hpp"

#include <array>

#include "tests/unit/store/fixture.hpp"

namespace morpheus {
namespace {

using SchemaTest = StoreTest;

TEST_F(SchemaTest, ANewerSchemaIsRefusedAndLeftAsItIs) {
  add_forest("oak");
  store_.reset();
  const int newer = static_cast<int>(sql::migrations().size()) + 1;
  {
    SQLite::Database database(path_, SQLite::OPEN_READWRITE);
    database.exec("PRAGMA user_version = " + std::to_string(newer));
  }
  const auto opened = Store::open(path_, "x");
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, ErrorCode::invalid);
  EXPECT_NE(opened.error().message.find("version " + std::to_string(newer)), std::string::npos)
      << opened.error().message;
  EXPECT_NE(opened.error().message.find("up to " + std::to_string(newer - 1)), std::string::npos);
  SQLite::Database database(path_, SQLite::OPEN_READONLY);
  EXPECT_EQ(database.execAndGet("SELECT count(*) FROM forests").getInt(), 1);
}

TEST_F(SchemaTest, TheDatabaseOfAnotherProgramIsLeftAlone) {
  const auto other = (directory_ / "other.db").string();
  SQLite::Database(other, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE)
      .exec("CREATE TABLE songs (title TEXT)");
  const auto opened = Store::open(other, "x");
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, ErrorCode::invalid);
  EXPECT_NE(opened.error().message.find("another program"), std::string::npos);
  SQLite::Database database(other, SQLite::OPEN_READONLY);
  EXPECT_EQ(database.execAndGet("SELECT group_concat(name) FROM sqlite_master").getString(), "songs");
  EXPECT_EQ(database.execAndGet("PRAGMA journal_mode").getString(), "delete");
}

TEST_F(SchemaTest, AnOperationOfAnOlderVersionWasNeverTriedInVain) {
  store_.reset();
  std::filesystem::remove(path_);
  {
    SQLite::Database database(path_, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
    ASSERT_TRUE(sql::migrate(database, sql::migrations().first(4)));
    database.exec(
        "INSERT INTO operations (forest_id, forest, kind, state, uid, pid, user, reason, nodes, error, started_wall, started_boot, started_boot_id) "
        "VALUES (1, 'oak', 'plant', 'running', 0, 1, 'root', '', 1, '', 1, 1, 'a')");
    database.exec("INSERT INTO meta VALUES ('installation_id', 'x')");
  }
  const auto opened = Store::open(path_, "x");
  ASSERT_TRUE(opened) << describe(opened.error());
  const auto operation = (*opened)->operation(1);
  ASSERT_TRUE(operation);
  EXPECT_EQ(operation->attempts, 0);
  EXPECT_EQ(operation->parked, "");
  EXPECT_FALSE(operation->parked_at);
}

class MigrateTest : public testing::Test {
 protected:
  int version() { return database_.execAndGet("PRAGMA user_version").getInt(); }
  SQLite::Database database_{":memory:", SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE};
};

constexpr std::array<const char*, 3> steps{"CREATE TABLE a (x INTEGER) STRICT",
                                           "CREATE TABLE b (x INTEGER) STRICT; INSERT INTO b SELECT x FROM a",
                                           "DROP TABLE a"};

TEST_F(MigrateTest, AnOlderDatabaseGetsTheStepsThatItMissesWithItsRows) {
  ASSERT_TRUE(sql::migrate(database_, std::span(steps).first(1)));
  EXPECT_EQ(version(), 1);
  database_.exec("INSERT INTO a VALUES (7)");
  ASSERT_TRUE(sql::migrate(database_, steps));
  EXPECT_EQ(version(), 3);
  EXPECT_EQ(database_.execAndGet("SELECT x FROM b").getInt(), 7);
  EXPECT_FALSE(database_.tableExists("a"));
  ASSERT_TRUE(sql::migrate(database_, steps)) << "nothing is left to do";
}

TEST_F(MigrateTest, AStepThatFailsLeavesTheVersionBeforeIt) {
  const std::array<const char*, 2> broken{
      steps[0], "CREATE TABLE b (x INTEGER) STRICT; INSERT INTO nowhere VALUES (1)"};
  EXPECT_THROW((void)sql::migrate(database_, broken), SQLite::Exception);
  EXPECT_EQ(version(), 1);
  EXPECT_FALSE(database_.tableExists("b"));
}

}  // namespace
}  // namespace morpheus
