#include "tests/unit/store/fixture.hpp"

namespace morpheus {
namespace {

using TransactionTest = StoreTest;

// Not a std::exception, as the simulation's crash is not.
struct Crash {};

TEST_F(TransactionTest, WhatIsNotCommittedNeverHappened) {
  {
    const Store::Transaction transaction(*store_);
    add_forest("oak");
    EXPECT_EQ(store_->forests().size(), 1U) << "the transaction sees its own writes";
  }
  EXPECT_TRUE(store_->forests().empty());
  add_forest("elm");
  EXPECT_EQ(store_->forests().size(), 1U) << "and the next write stands by itself again";
}

TEST_F(TransactionTest, TheHookIsCalledOnceACommitAfterItIsDurable) {
  int commits = 0;
  std::size_t seen = 0;
  store_->on_commit([&] {
    ++commits;
    seen = store_->forests().size();
  });
  {
    Store::Transaction transaction(*store_);
    add_forest("oak");
    add_forest("elm");
    EXPECT_EQ(commits, 0);
    transaction.commit();
  }
  EXPECT_EQ(commits, 1);
  EXPECT_EQ(seen, 2U);
  add_forest("ash");
  EXPECT_EQ(commits, 2);
  { const Store::Transaction rolled_back(*store_); }
  EXPECT_EQ(commits, 2);
}

TEST_F(TransactionTest, SamplesAndThinningDoNotCallTheHook) {
  const auto node = add_node(add_forest("oak"), 1);
  int commits = 0;
  store_->on_commit([&] { ++commits; });
  Sample sample;
  sample.node_id = node;
  store_->add_samples(std::vector{sample});
  store_->thin(wall(1));
  EXPECT_EQ(commits, 0);
}

TEST_F(TransactionTest, ACrashInTheHookPassesThroughAndWhatWasCommittedStays) {
  store_->on_commit([] { throw Crash{}; });
  EXPECT_THROW(
      {
        Store::Transaction transaction(*store_);
        add_forest("oak");
        transaction.commit();
      },
      Crash);
  EXPECT_THROW(add_forest("elm"), Crash);
  reopen();
  EXPECT_EQ(store_->forests().size(), 2U);
}

TEST_F(TransactionTest, TheStoreGoesOnAfterAHookThatThrew) {
  store_->on_commit([] { throw Crash{}; });
  EXPECT_THROW(add_forest("oak"), Crash);
  store_->on_commit(nullptr);
  Store::Transaction transaction(*store_);
  add_forest("elm");
  transaction.commit();
  EXPECT_EQ(store_->forests().size(), 2U);
}

TEST_F(TransactionTest, AForestHasOneRunningOperation) {
  add_operation(1, OperationState::running);
  add_operation(2, OperationState::running);
  add_operation(1, OperationState::succeeded);
  EXPECT_THROW(add_operation(1, OperationState::running), StoreError);
  EXPECT_EQ(store_->running_operations().size(), 2U);
}

TEST_F(TransactionTest, NamesAndIndicesAreUnique) {
  const auto oak = add_forest("oak");
  EXPECT_THROW(add_forest("oak"), StoreError);
  add_node(oak, 1);
  Node same_index;
  same_index.forest_id = oak;
  same_index.index = 1;
  same_index.name = "another";
  EXPECT_THROW(store_->add_node(same_index), StoreError);
  Node same_name = same_index;
  same_name.index = 2;
  same_name.name = store_->nodes(oak)[0].name;
  EXPECT_THROW(store_->add_node(same_name), StoreError);
  Node no_forest = same_index;
  no_forest.forest_id = oak + 1;
  EXPECT_THROW(store_->add_node(no_forest), StoreError);
}

TEST_F(TransactionTest, UpdatingWhatIsNotThereIsABug) {
  Forest forest;
  forest.id = 9;
  EXPECT_THROW(store_->update_forest(forest), StoreError);
  Node node;
  node.id = 9;
  node.forest_id = add_forest("oak");
  EXPECT_THROW(store_->update_node(node), StoreError);
  Operation operation;
  operation.id = 9;
  EXPECT_THROW(store_->update_operation(operation), StoreError);
}

}  // namespace
}  // namespace morpheus
