#include <SQLiteCpp/Database.h>
#include <fmt/format.h>

#include <set>

#include "daemon/store/bounds.hpp"
#include "tests/unit/store/fixture.hpp"

namespace morpheus {
namespace {

constexpr std::int64_t minute = 60'000;
constexpr std::int64_t hour = 60 * minute;
constexpr std::int64_t thin_at = 1'700'000'000'000 / minute * minute;

class ThinTest : public StoreTest {
 protected:
  ThinTest() {
    forest_ = add_forest("oak");
    node_ = add_node(forest_, 1);
  }

  Sample sample(std::int64_t at) const {
    Sample sample;
    sample.node_id = node_;
    sample.at = stamp(at);
    sample.server_id = "server";
    return sample;
  }

  // One every 10 s in [from, to).
  void fill(std::int64_t node, std::int64_t from, std::int64_t to) {
    std::vector<Sample> samples;
    for (std::int64_t at = from; at < to; at += 10'000) {
      samples.push_back(sample(at));
      samples.back().node_id = node;
    }
    store_->add_samples(samples);
  }

  std::int64_t count(const std::string& table) {
    SQLite::Database database(path_, SQLite::OPEN_READONLY);
    return database.execAndGet("SELECT count(*) FROM " + table).getInt64();
  }

  std::int64_t forest_ = 0;
  std::int64_t node_ = 0;
};

TEST_F(ThinTest, OldSamplesAreOneAMinuteOfEachNodeAndRecentOnesAllThere) {
  const auto second = add_node(forest_, 2);
  fill(node_, thin_at - 4 * hour, thin_at);
  fill(second, thin_at - 3 * hour + 5'000, thin_at);
  store_->thin(wall(thin_at));
  std::set<std::pair<std::int64_t, std::int64_t>> minutes;
  std::size_t old = 0;
  std::size_t recent = 0;
  for (const Sample& found : store_->samples(forest_, wall(0))) {
    const std::int64_t at = found.at.wall.time_since_epoch().count();
    if (at >= thin_at - 2 * hour) {
      ++recent;
    } else {
      ++old;
      minutes.emplace(found.node_id, at / minute);
    }
  }
  EXPECT_EQ(recent, 2U * 2 * 360);
  EXPECT_EQ(old, 2U * 60 + 60);
  EXPECT_EQ(minutes.size(), old) << "no minute has two samples of one node";
}

TEST_F(ThinTest, SamplesOlderThanAWeekAreGone) {
  fill(node_, thin_at - 8 * 24 * hour, thin_at - 8 * 24 * hour + minute);
  store_->add_samples(std::vector{sample(thin_at - 7 * 24 * hour - 1), sample(thin_at - 7 * 24 * hour)});
  store_->thin(wall(thin_at));
  const auto found = store_->samples(forest_, wall(0));
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].at.wall, wall(thin_at - 7 * 24 * hour));
}

TEST_F(ThinTest, OneCallDoesBoundedWorkAndTheNextOnesDoTheRest) {
  const std::int64_t from = thin_at - 6 * 24 * hour;
  fill(node_, from, thin_at - 2 * hour);
  const std::int64_t before = count("samples");
  ASSERT_GT(before, 2 * bounds::samples_a_call);
  store_->thin(wall(thin_at));
  EXPECT_LT(count("samples"), before);
  EXPECT_GE(count("samples"), before - bounds::samples_a_call - 6);
  for (int call = 0; call < 4; ++call) store_->thin(wall(thin_at));
  EXPECT_EQ(count("samples"), before / 6);
}

TEST_F(ThinTest, AClockThatWasFarAheadDoesNotEndThinning) {
  store_->thin(wall(thin_at + 1'000 * hour));
  fill(node_, thin_at - 4 * hour, thin_at - 3 * hour);
  store_->thin(wall(thin_at));
  EXPECT_EQ(count("samples"), 60);
}

TEST_F(ThinTest, SamplesOfARemovedForestAreFreed) {
  fill(node_, thin_at - 4 * hour, thin_at - 3 * hour);
  store_->remove_forest(forest_);
  store_->thin(wall(thin_at));
  EXPECT_EQ(count("samples"), 0);
  EXPECT_EQ(count("servers"), 0);
}

TEST_F(ThinTest, ServersWithoutSamplesAreForgotten) {
  Sample first = sample(thin_at - 8 * 24 * hour);
  first.server_id = "old";
  store_->add_samples(std::vector{first, sample(thin_at - 7 * 24 * hour - 1), sample(thin_at)});
  ASSERT_EQ(count("servers"), 2);
  store_->thin(wall(thin_at));
  EXPECT_EQ(count("servers"), 1);
  ASSERT_EQ(store_->samples(forest_, wall(0)).size(), 1U);
  EXPECT_EQ(store_->samples(forest_, wall(0))[0].server_id, "server");
}

TEST_F(ThinTest, DecisionsAreBoundedButNotThoseThatStartedAnOperation) {
  std::int64_t kept = 0;
  {
    Store::Transaction transaction(*store_);
    for (int i = 0; i < bounds::decisions_of_a_forest + 10; ++i) {
      Decision decision;
      decision.forest_id = forest_;
      decision.outcome = Outcome::grow;
      const auto id = store_->record_decision(decision).id;
      if (i == 3) kept = id;
    }
    Operation operation;
    operation.state = OperationState::succeeded;
    operation.decision_id = kept;
    store_->add_operation(operation);
    transaction.commit();
  }
  store_->thin(wall(thin_at));
  EXPECT_EQ(count("decisions"), bounds::decisions_of_a_forest + 1);
  EXPECT_TRUE(store_->decision(kept));
}

TEST_F(ThinTest, GoneNodesAreBoundedButNotThoseThatSomethingStillWorksOn) {
  const auto running = add_operation(forest_, OperationState::running);
  const auto add_gone = [&](int index, bool in_meta_group, std::int64_t operation) {
    Node node = *store_->node(add_node(forest_, index));
    node.state = NodeState::gone;
    node.in_meta_group = in_meta_group;
    node.operation_id = operation;
    store_->update_node(node);
    return node.id;
  };
  const auto member = add_gone(100, true, 0);
  const auto at_work = add_gone(101, false, running);
  const auto oldest = add_gone(102, false, 0);
  {
    Store::Transaction transaction(*store_);
    for (int i = 0; i < bounds::gone_nodes_of_a_forest; ++i) add_gone(200 + i, false, 0);
    transaction.commit();
  }
  store_->thin(wall(thin_at));
  EXPECT_TRUE(store_->node(member));
  EXPECT_TRUE(store_->node(at_work));
  EXPECT_FALSE(store_->node(oldest));
  EXPECT_TRUE(store_->node(node_)) << "it is not gone";
  EXPECT_EQ(count("nodes"), bounds::gone_nodes_of_a_forest + 3);
}

TEST_F(ThinTest, EventsAndFinishedOperationsAreBounded) {
  const auto running = add_operation(1, OperationState::running);
  {
    Store::Transaction transaction(*store_);
    for (int i = 0; i < bounds::finished_operations + 10; ++i) add_operation(1, OperationState::failed);
    for (int i = 0; i < bounds::events + 10; ++i) store_->add_event(Event{});
    transaction.commit();
  }
  store_->thin(wall(thin_at));
  EXPECT_EQ(count("events"), bounds::events);
  EXPECT_EQ(store_->last_events("", 1)[0].id, bounds::events + 10);
  EXPECT_EQ(count("operations"), bounds::finished_operations + 1);
  EXPECT_TRUE(store_->operation(running));
}

// Prints what docs/store.md says; takes some seconds:
// test_store --gtest_also_run_disabled_tests --gtest_filter='*BytesOfANodeADay'
TEST_F(ThinTest, DISABLED_BytesOfANodeADay) {
  constexpr int nodes = 10;
  constexpr int days = 8;
  std::vector<std::int64_t> ids{node_};
  for (int i = 2; i <= nodes; ++i) ids.push_back(add_node(forest_, i));
  const std::int64_t start = thin_at - days * 24 * hour;
  std::uint64_t messages = 1'000'000'000;
  const auto bytes = [&] {
    SQLite::Database database(path_, SQLite::OPEN_READONLY);
    return static_cast<double>(
        database.execAndGet("SELECT sum(pgsize) FROM dbstat WHERE name IN ('samples', 'servers')")
            .getInt64());
  };
  double after_one_day = 0;
  for (std::int64_t at = start; at < thin_at; at += 10'000) {
    std::vector<Sample> sweep;
    for (const auto id : ids) {
      Sample full = sample(at + id);
      full.node_id = id;
      full.server_id = fmt::format("NDZQ7C5GMWR2F6PHHQY5TTOPPOFXDXJ7TPGT3ISVZTQTHJVLOG{:06}", id);
      full.cpu_percent = static_cast<double>(at % 977) / 10;
      full.memory_percent = static_cast<double>(at % 887) / 9;
      full.memory_bytes = 300'000'000 + at % 1'000'000;
      full.connections = at % 2'000;
      messages += 1'000;
      full.in_msgs = full.out_msgs = messages;
      full.in_bytes = full.out_bytes = messages * 128;
      full.slow_consumers = 0;
      sweep.push_back(full);
    }
    store_->add_samples(sweep);
    if ((at - start) % (10 * minute) == 0) store_->thin(wall(at));
    if (at - start == 24 * hour) after_one_day = bytes();
  }
  const double total = bytes();
  fmt::print("rows {}, bytes a row {:.1f}\n", count("samples"),
             total / static_cast<double>(count("samples")));
  fmt::print("after a day {:.0f} bytes a node, after {} days {:.0f}; each day in between {:.0f}\n",
             after_one_day / nodes, days, total / nodes, (total - after_one_day) / nodes / 6);
  fmt::print("file {} bytes\n", std::filesystem::file_size(path_));
}

}  // namespace
}  // namespace morpheus
