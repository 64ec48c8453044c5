#include "daemon/store/soundness.hpp"

#include <SQLiteCpp/SQLiteCpp.h>
#include <gmock/gmock.h>

#include <string>
#include <utility>
#include <vector>

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

// A forest with a node, an operation, a decision and an event, as the store writes them.
class SoundValues : public SoundnessTest {
 protected:
  void SetUp() override {
    const auto store = Store::open(path(), "feed").value();
    Forest forest;
    forest.name = "oak";
    forest.provider = "local";
    forest.id = store->add_forest(forest);
    Node node;
    node.forest_id = forest.id;
    node.name = "oak-node-1";
    store->add_node(node);
    Operation operation;
    operation.forest_id = forest.id;
    store->add_operation(operation);
    Decision decision;
    decision.forest_id = forest.id;
    store->record_decision(decision);
    store->add_event(Event{});
  }
  // What a check of it finds, then it is as it was.
  std::string found(const std::string& change, sql::Checked when) {
    SQLite::Database database(path(), SQLite::OPEN_READWRITE);
    database.exec("SAVEPOINT sound; " + change);
    const auto checked = sql::check_content(database, when);
    database.exec("ROLLBACK TO sound; RELEASE sound");
    return checked ? "" : checked.error().message;
  }
};

TEST_F(SoundValues, WhatTheStoreWroteIsSound) {
  EXPECT_EQ(found("SELECT 1", sql::Checked::at_restore), "");
  EXPECT_TRUE(Store::open(path(), "feed"));
}

TEST_F(SoundValues, WhatStopsTheWholeDaemonIsRefusedAtTheStartToo) {
  for (const auto& [change, message] : std::vector<std::pair<std::string, std::string>>{
           {"UPDATE forests SET state = '?'", "forests.state = \"?\", which this morpheusd does not know"},
           {"UPDATE nodes SET role = 'boss'", "nodes.role = \"boss\""},
           {"UPDATE nodes SET state = 'zombie' || char(27)", "nodes.state = \"zombie?\""},
           {"UPDATE operations SET kind = 'repair'", "operations.kind = \"repair\""},
           {"UPDATE operations SET state = ''", "operations.state = \"\""},
           {"UPDATE forests SET id = -1", "forests.id = -1, which is not in 1 to 9007199254740992"},
           {"UPDATE nodes SET id = 0", "nodes.id = 0"},
           {"UPDATE operations SET id = 9223372036854775807", "operations.id = 9223372036854775807"},
           {"UPDATE decisions SET id = 9007199254740993", "decisions.id = 9007199254740993"},
           {"UPDATE events SET id = 9223372036854775807", "events.id = 9223372036854775807"},
           {"INSERT INTO boots VALUES (9223372036854775807, 'x')", "boots.id = 9223372036854775807"},
           {"UPDATE sqlite_sequence SET seq = 9223372036854775807", "sqlite_sequence.seq = 9223372036854775807"},
           {"UPDATE sqlite_sequence SET seq = 'x'", "sqlite_sequence.seq = x"}}) {
    EXPECT_THAT(found(change, sql::Checked::at_start), HasSubstr("it has " + message));
    EXPECT_THAT(found(change, sql::Checked::at_restore), HasSubstr("it has " + message));
  }
  write("UPDATE nodes SET state = 'zombie'");
  const auto opened = Store::open(path(), "feed");
  ASSERT_FALSE(opened);
  EXPECT_THAT(opened.error().message, HasSubstr("cannot use the database " + path() + ": it has nodes.state = \"zombie\""));
}

TEST_F(SoundValues, WhatSpoilsOneForestOrTheRecordIsRefusedByARestoreOnly) {
  const std::string count = "WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i <= ";
  for (const auto& [change, message] : std::vector<std::pair<std::string, std::string>>{
           {"UPDATE forests SET provider = 'aws'", "forests.provider = \"aws\", which this morpheusd does not know"},
           {"UPDATE events SET level = 'loud'", "events.level = \"loud\""},
           {"UPDATE decisions SET outcome = '?'", "decisions.outcome = \"?\""},
           {"UPDATE decisions SET trigger_kind = '?'", "decisions.trigger_kind = \"?\""},
           {"UPDATE decisions SET gates = '[[[['", "a decision 1 cannot be read: its gates"},
           {"UPDATE decisions SET findings = '[5]'", "a decision 1 cannot be read: its findings"},
           {"UPDATE forests SET next_index = 9223372036854775807", "forests.next_index = 9223372036854775807"},
           {"UPDATE nodes SET node_index = -1", "nodes.node_index = -1"},
           {count + "1001) INSERT INTO forests (name, provider, state, paused, next_index, witness_retired, futility_cleared_op, created) "
                    "SELECT 'g' || i, 'local', 'active', 0, 1, 0, 0, 0 FROM n",
            "1002 rows in forests, more than 1000"},
           {count + "20001) INSERT INTO nodes SELECT NULL, forest_id, i, 'n' || i, server_name, intent, role, state, since_wall, since_boot, "
                    "since_boot_id, witness, machine_id, address, cores, memory_bytes, operation_id, in_meta_group, reason, created, machine_type, "
                    "location, monthly_cost FROM n, nodes WHERE node_index = 0",
            "20002 rows in nodes of one forest, more than 20000"}}) {
    EXPECT_EQ(found(change, sql::Checked::at_start), "") << change;
    EXPECT_THAT(found(change, sql::Checked::at_restore), HasSubstr(message)) << change;
  }
}

TEST_F(SoundValues, UsedUpIdsAreNotCalledAFullDisk) {
  const auto store = Store::open(path(), "feed").value();
  SQLite::Database(path(), SQLite::OPEN_READWRITE).exec("UPDATE sqlite_sequence SET seq = 9223372036854775807");
  try {
    store->add_event(Event{});
    FAIL() << "there was another id";
  } catch (const StoreError& error) {
    EXPECT_THAT(error.what(), HasSubstr("a table's largest id was set to 2^63-1"));
    EXPECT_THAT(error.what(), Not(HasSubstr("make room")));
  }
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
