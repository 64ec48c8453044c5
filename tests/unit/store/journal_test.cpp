#include "daemon/store/journal.hpp"

#include <boost/asio/io_context.hpp>

#include "daemon/runtime/system_clock.hpp"
#include "tests/unit/store/fixture.hpp"

namespace morpheus {
namespace {

using JournalTest = StoreTest;

TEST_F(JournalTest, WhatIsRecordedIsStoredWithItsTimeAndTold) {
  asio::io_context loop;
  SystemClock clock;
  Tally tally;
  Journal journal(clock, *store_, tally, loop.get_executor());
  const auto before = journal.news().count();
  const WallTime earliest = clock.wall();
  journal.record({0, {}, EventLevel::warning, "node", "oak", "oak-node-1", 3, "it is slow"});
  EXPECT_EQ(journal.news().count(), before + 1);
  const auto events = store_->last_events("oak", 5);
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].message, "it is slow");
  EXPECT_GE(events[0].at, earliest);
}

TEST_F(JournalTest, AnEventOfATransactionThatFailsNeverHappened) {
  asio::io_context loop;
  SystemClock clock;
  Tally tally;
  Journal journal(clock, *store_, tally, loop.get_executor());
  {
    const Store::Transaction rolled_back(*store_);
    journal.record({0, {}, EventLevel::info, "forest", "oak", "", 0, "planted"});
  }
  EXPECT_TRUE(store_->last_events("", 5).empty());
}

}  // namespace
}  // namespace morpheus
