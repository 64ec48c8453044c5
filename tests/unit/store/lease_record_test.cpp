#include <array>

#include "daemon/store/schema.hpp"
#include "tests/unit/store/fixture.hpp"

namespace morpheus {
namespace {

using DutyTest = StoreTest;

TEST_F(DutyTest, AFreshDatabaseActsAndIsGivenAnActorOnce) {
  EXPECT_EQ(store_->lease().state, LeaseState::active);
  EXPECT_EQ(store_->lease().holder, "");
  store_->give_holder("a1");
  store_->give_holder("b2");
  reopen();
  EXPECT_EQ(store_->lease().holder, "a1");
}

TEST_F(DutyTest, EverythingOfADutyIsStored) {
  store_->set_lease({LeaseState::retired, 3, "another daemon acts", "c3", 4});
  reopen();
  const LeaseRecord duty = store_->lease();
  EXPECT_EQ(duty.state, LeaseState::retired);
  EXPECT_EQ(duty.epoch, 3);
  EXPECT_EQ(duty.reason, "another daemon acts");
  EXPECT_EQ(duty.holder, "c3");
  EXPECT_EQ(duty.seen, 4);
}

TEST_F(DutyTest, AMoveHoldsTheDaemonStillAndIsNotStored) {
  store_->hold("root began that");
  EXPECT_EQ(store_->lease().state, LeaseState::moving);
  const auto refused = may_act(*store_);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("is being moved to another machine and changes nothing: root began that"), std::string::npos);
  store_->let_go();
  EXPECT_TRUE(may_act(*store_));
  store_->hold("again");
  reopen();
  EXPECT_TRUE(may_act(*store_)) << "a crash ends a move";
}

TEST_F(DutyTest, WhatIsStoredEndsAMove) {
  store_->hold("root began that");
  store_->set_lease({LeaseState::active, 2, "", "a1", 0});
  EXPECT_EQ(store_->lease().state, LeaseState::active);
  store_->hold("root began that");
  store_->set_lease({LeaseState::retired, 3, "another daemon acts", "a1", 0});
  EXPECT_EQ(store_->lease().state, LeaseState::retired);
  store_->hold("root began that");
  EXPECT_EQ(store_->lease().state, LeaseState::retired) << "who does not act is not moved";
}

TEST_F(DutyTest, ADatabaseOfTheVersionBeforeActorsKeepsItsDutyAndHasNone) {
  constexpr std::size_t before_actors = 3;
  store_.reset();
  const auto older = (directory_ / "older.db").string();
  {
    SQLite::Database database(older, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
    ASSERT_TRUE(sql::migrate(database, sql::migrations().first(before_actors)));
    database.exec("UPDATE duty SET state = 'retired', generation = 7, reason = 'moved'");
  }
  const auto store = Store::open(older, "x").value();
  store->give_holder("a1");
  const LeaseRecord duty = store->lease();
  EXPECT_EQ(duty.state, LeaseState::retired);
  EXPECT_EQ(duty.epoch, 7);
  EXPECT_EQ(duty.reason, "moved");
  EXPECT_EQ(duty.holder, "a1");
  EXPECT_EQ(duty.seen, 0);
}

}  // namespace
}  // namespace morpheus
