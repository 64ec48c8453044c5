#include <SQLiteCpp/Database.h>

#include <limits>

#include "tests/unit/store/fixture.hpp"

namespace morpheus {
namespace {

class SamplesTest : public StoreTest {
 protected:
  SamplesTest() {
    forest_ = add_forest("oak");
    node_ = add_node(forest_, 1);
  }

  Sample sample(std::int64_t at, std::string server = "server-1") const {
    Sample sample;
    sample.node_id = node_;
    sample.at = stamp(at);
    sample.server_id = std::move(server);
    return sample;
  }

  // Of all samples in the file, whose nodes may be gone.
  WallTime newest_stored() const {
    SQLite::Database file(path_, SQLite::OPEN_READONLY);
    return wall(file.execAndGet("SELECT max(at_wall) FROM samples").getInt64());
  }

  std::int64_t forest_ = 0;
  std::int64_t node_ = 0;
};

TEST_F(SamplesTest, EveryNumberComesBackAndUnknownStaysUnknown) {
  Sample full = sample(1'700'000'000'001);
  full.cpu_percent = 1.0 / 3;
  full.memory_percent = 0.0;
  full.memory_bytes = 0;
  full.connections = 12;
  full.in_msgs = std::numeric_limits<std::uint64_t>::max();
  full.out_msgs = 1;
  full.in_bytes = 1ULL << 63;
  full.out_bytes = 0;
  full.slow_consumers = 3;
  Sample empty = sample(1'700'000'000'002, "");
  empty.at.boot_id = "boot-b";
  store_->add_samples(std::vector{full, empty});
  reopen();
  const auto found = store_->samples(forest_, wall(0));
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].node_id, node_);
  EXPECT_EQ(found[0].at.wall, full.at.wall);
  EXPECT_EQ(found[0].at.boot, full.at.boot);
  EXPECT_EQ(found[0].at.boot_id, "boot-a");
  EXPECT_EQ(found[0].cpu_percent, full.cpu_percent);
  EXPECT_EQ(found[0].memory_percent, 0.0);
  EXPECT_EQ(found[0].memory_bytes, 0);
  EXPECT_EQ(found[0].connections, 12);
  EXPECT_EQ(found[0].in_msgs, full.in_msgs);
  EXPECT_EQ(found[0].out_msgs, 1U);
  EXPECT_EQ(found[0].in_bytes, full.in_bytes);
  EXPECT_EQ(found[0].out_bytes, 0U);
  EXPECT_EQ(found[0].slow_consumers, 3U);
  EXPECT_EQ(found[0].server_id, "server-1");
  EXPECT_EQ(found[1].at.boot_id, "boot-b");
  EXPECT_EQ(found[1].server_id, "");
  EXPECT_FALSE(found[1].cpu_percent || found[1].memory_percent || found[1].memory_bytes ||
               found[1].connections || found[1].in_msgs || found[1].out_msgs || found[1].in_bytes ||
               found[1].out_bytes || found[1].slow_consumers);
}

TEST_F(SamplesTest, TheyComeOldestFirstFromTheGivenTimeOnAndOfOneForest) {
  const auto other_forest = add_forest("elm");
  Sample other = sample(250);
  other.node_id = add_node(other_forest, 1);
  store_->add_samples(std::vector{sample(300), other, sample(100), sample(200)});
  const auto found = store_->samples(forest_, wall(200));
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].at.wall, wall(200));
  EXPECT_EQ(found[1].at.wall, wall(300));
  EXPECT_EQ(store_->samples(other_forest, wall(0)).size(), 1U);
}

TEST_F(SamplesTest, EachSampleKeepsItsServerAndANodeThatWentMeanwhileIsSkipped) {
  for (const auto& [at, server] : {std::pair(1, "a"), {2, "a"}, {3, "b"}, {4, ""}, {5, "a"}}) store_->add_samples(std::vector{sample(at, server)});
  std::vector<std::string> servers;
  for (const Sample& each : store_->samples(forest_, wall(0))) servers.push_back(each.server_id);
  EXPECT_EQ(servers, (std::vector<std::string>{"a", "a", "b", "", "a"}));
  store_->remove_forest(forest_);
  store_->add_samples(std::vector{sample(6, "a")});
  EXPECT_EQ(newest_stored(), wall(5));
}

TEST_F(SamplesTest, AServersRowThatWasRolledBackIsMadeAgain) {
  store_->before_commit([] { throw StoreError("the disk is full"); });
  EXPECT_THROW(store_->add_samples(std::vector{sample(1, "a")}), StoreError);
  store_->before_commit(nullptr);
  store_->add_samples(std::vector{sample(2, "a")});
  EXPECT_EQ(store_->samples(forest_, wall(0)).front().server_id, "a");
}

TEST_F(SamplesTest, ANodeThatIsGoneIsSkippedAndTheRestIsKept) {
  Sample stranger = sample(2);
  stranger.node_id = node_ + 100;
  store_->add_samples(std::vector{stranger, sample(1)});
  EXPECT_EQ(store_->samples(forest_, wall(0)).size(), 1U);
}

TEST_F(SamplesTest, TheLaterOfTwoInOneMillisecondStands) {
  Sample first = sample(5);
  first.connections = 1;
  Sample second = sample(5);
  second.connections = 2;
  store_->add_samples(std::vector{first});
  store_->add_samples(std::vector{second});
  const auto found = store_->samples(forest_, wall(0));
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].connections, 2);
}

TEST_F(SamplesTest, ServersAreToldApartThroughRestarts) {
  store_->add_samples(std::vector{sample(1, "a"), sample(2, "b"), sample(3, "b"), sample(4, "a")});
  std::string order;
  for (const Sample& found : store_->samples(forest_, wall(0))) order += found.server_id;
  EXPECT_EQ(order, "abba");
}

TEST_F(SamplesTest, InsideATransactionTheyAreAPartOfIt) {
  {
    const Store::Transaction rolled_back(*store_);
    store_->add_samples(std::vector{sample(1, "lost")});
  }
  EXPECT_TRUE(store_->samples(forest_, wall(0)).empty());
  store_->add_samples(std::vector{sample(2, "lost")});
  ASSERT_EQ(store_->samples(forest_, wall(0)).size(), 1U);
  EXPECT_EQ(store_->samples(forest_, wall(0))[0].server_id, "lost");
}

}  // namespace
}  // namespace morpheus
