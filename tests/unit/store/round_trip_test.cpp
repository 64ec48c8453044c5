#include <limits>

#include "tests/unit/store/fixture.hpp"

namespace morpheus {

static bool operator==(const Stamp& a, const Stamp& b) {
  return a.wall == b.wall && a.boot == b.boot && a.boot_id == b.boot_id;
}

namespace {

using RoundTripTest = StoreTest;

void expect_same(const Forest& a, const Forest& b) {
  EXPECT_EQ(a.id, b.id);
  EXPECT_EQ(a.name, b.name);
  EXPECT_EQ(a.provider, b.provider);
  EXPECT_EQ(a.state, b.state);
  EXPECT_EQ(a.paused, b.paused);
  EXPECT_EQ(a.next_index, b.next_index);
  EXPECT_EQ(a.witness_retired, b.witness_retired);
  EXPECT_EQ(a.futility_cleared_op, b.futility_cleared_op);
  EXPECT_EQ(a.created, b.created);
}

TEST_F(RoundTripTest, AForest) {
  Forest forest{0, "oak", "local", ForestState::tearing_down, true, 7, true, 42, wall(1'700'000'000'123)};
  forest.id = store_->add_forest(forest);
  reopen();
  ASSERT_TRUE(store_->forest(forest.id));
  expect_same(*store_->forest(forest.id), forest);
  ASSERT_TRUE(store_->forest("oak"));
  EXPECT_FALSE(store_->forest("elm"));
  forest = {forest.id, "elm", "hetzner", ForestState::active, false, 8, false, 0, wall(5)};
  store_->update_forest(forest);
  expect_same(*store_->forest("elm"), forest);
  EXPECT_FALSE(store_->forest("oak"));
}

void expect_same(const Node& a, const Node& b) {
  EXPECT_EQ(a.id, b.id);
  EXPECT_EQ(a.forest_id, b.forest_id);
  EXPECT_EQ(a.index, b.index);
  EXPECT_EQ(a.name, b.name);
  EXPECT_EQ(a.server_name, b.server_name);
  EXPECT_EQ(a.intent, b.intent);
  EXPECT_EQ(a.role, b.role);
  EXPECT_EQ(a.state, b.state);
  EXPECT_TRUE(a.state_since == b.state_since);
  EXPECT_EQ(a.witness, b.witness);
  EXPECT_EQ(a.machine_id, b.machine_id);
  EXPECT_EQ(a.address, b.address);
  EXPECT_EQ(a.capacity.cores, b.capacity.cores);
  EXPECT_EQ(a.capacity.memory_bytes, b.capacity.memory_bytes);
  EXPECT_EQ(a.machine_type, b.machine_type);
  EXPECT_EQ(a.location, b.location);
  EXPECT_EQ(a.monthly_cost, b.monthly_cost);
  EXPECT_EQ(a.operation_id, b.operation_id);
  EXPECT_EQ(a.in_meta_group, b.in_meta_group);
  EXPECT_EQ(a.reason, b.reason);
  EXPECT_EQ(a.created, b.created);
}

TEST_F(RoundTripTest, ANode) {
  const auto forest = add_forest("oak");
  Node node{0,
            forest,
            3,
            "oak-node-3",
            "oak-2",
            "abc",
            NodeRole::edge,
            NodeState::draining,
            stamp(1'700'000'000'777),
            true,
            "m-1",
            "::1",
            {2.5, 1LL << 40},
            "cx23",
            "fsn1",
            5.49,
            9,
            true,
            "why: \"quotes\" and ümlauts",
            wall(-5)};
  node.id = store_->add_node(node);
  reopen();
  ASSERT_TRUE(store_->node(node.id));
  expect_same(*store_->node(node.id), node);
  node = {node.id,
          forest,
          4,
          "oak-node-4",
          "s",
          "i",
          NodeRole::core,
          NodeState::failed,
          stamp(4, "boot-b"),
          false,
          "m-2",
          "10.0.0.1",
          {4, 5},
          "",
          "",
          std::nullopt,
          6,
          false,
          "",
          wall(7)};
  store_->update_node(node);
  ASSERT_EQ(store_->nodes(forest).size(), 1U);
  expect_same(store_->nodes(forest)[0], node);
  EXPECT_FALSE(store_->node(node.id + 1));
}

TEST_F(RoundTripTest, AnOperationWithAndWithoutAnEnd) {
  Operation operation;
  operation.forest_id = 5;
  operation.forest = "oak";
  operation.kind = OperationKind::shrink;
  operation.caller.uid = 1000;
  operation.caller.pid = 77;
  operation.caller.user = "ada";
  operation.reason = "because";
  operation.decision_id = 12;
  operation.nodes = 2;
  operation.started = stamp(100);
  operation.id = store_->add_operation(operation);
  auto found = store_->operation(operation.id);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->forest_id, 5);
  EXPECT_EQ(found->forest, "oak");
  EXPECT_EQ(found->kind, OperationKind::shrink);
  EXPECT_EQ(found->state, OperationState::running);
  EXPECT_EQ(found->caller.uid, 1000);
  EXPECT_EQ(found->caller.pid, 77);
  EXPECT_EQ(found->caller.user, "ada");
  EXPECT_EQ(found->reason, "because");
  EXPECT_EQ(found->decision_id, 12);
  EXPECT_EQ(found->nodes, 2);
  EXPECT_TRUE(found->started == stamp(100));
  EXPECT_FALSE(found->ended);
  EXPECT_EQ(found->attempts, 0);
  EXPECT_EQ(found->parked, "");
  EXPECT_FALSE(found->parked_at);
  ASSERT_EQ(store_->running_operations().size(), 1U);

  operation.state = OperationState::failed;
  operation.error = "it broke";
  operation.decision_id.reset();
  operation.ended = stamp(200, "boot-b");
  operation.attempts = 3;
  operation.progress = "oak-node-1 booting;";
  operation.parked = "it crashed";
  operation.parked_at = WallTime{Millis{77}};
  operation.aborted = "ada aborted it";
  store_->update_operation(operation);
  reopen();
  found = store_->operation(operation.id);
  ASSERT_TRUE(found && found->ended);
  EXPECT_EQ(found->state, OperationState::failed);
  EXPECT_EQ(found->error, "it broke");
  EXPECT_FALSE(found->decision_id);
  EXPECT_TRUE(*found->ended == stamp(200, "boot-b"));
  EXPECT_EQ(found->attempts, 3);
  EXPECT_EQ(found->progress, "oak-node-1 booting;");
  EXPECT_EQ(found->parked, "it crashed");
  EXPECT_EQ(found->parked_at, WallTime{Millis{77}});
  EXPECT_EQ(found->aborted, "ada aborted it");
  EXPECT_TRUE(store_->running_operations().empty());
}

TEST_F(RoundTripTest, OperationsOfAForestComeNewestFirst) {
  const auto first = add_operation(1, OperationState::succeeded);
  const auto second = add_operation(1, OperationState::cancelled);
  const auto third = add_operation(1, OperationState::running);
  const auto found = store_->operations("oak", 2);
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].id, third);
  EXPECT_EQ(found[1].id, second);
  EXPECT_EQ(store_->operations("oak", 10).back().id, first);
  EXPECT_TRUE(store_->operations("elm", 10).empty());
}

TEST_F(RoundTripTest, ACooldown) {
  const auto forest = add_forest("oak");
  EXPECT_FALSE(store_->cooldown(forest));
  store_->set_cooldown(forest, {stamp(10), Millis{900'000}});
  store_->set_cooldown(forest, {stamp(20, "boot-b"), Millis{1'500}});
  reopen();
  const auto found = store_->cooldown(forest);
  ASSERT_TRUE(found);
  EXPECT_TRUE(found->started == stamp(20, "boot-b"));
  EXPECT_EQ(found->length, Millis{1'500});
}

TEST_F(RoundTripTest, EventsAreReadInOrderFromWhereAReaderLeftOff) {
  Event event{0, wall(11), EventLevel::warning, "node", "oak", "oak-node-1", 4, "it is slow"};
  const auto first = store_->add_event(event);
  event.forest = "elm";
  const auto second = store_->add_event(event);
  event.forest = "";
  const auto third = store_->add_event(event);
  const auto all = store_->events_after(0, "", 10);
  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(all[0].id, first);
  EXPECT_EQ(all[0].at, wall(11));
  EXPECT_EQ(all[0].level, EventLevel::warning);
  EXPECT_EQ(all[0].kind, "node");
  EXPECT_EQ(all[0].forest, "oak");
  EXPECT_EQ(all[0].node, "oak-node-1");
  EXPECT_EQ(all[0].operation_id, 4);
  EXPECT_EQ(all[0].message, "it is slow");
  ASSERT_EQ(store_->events_after(first, "", 1).size(), 1U);
  EXPECT_EQ(store_->events_after(first, "", 1)[0].id, second);
  EXPECT_TRUE(store_->events_after(first, "oak", 10).empty());
  const auto last = store_->last_events("", 2);
  ASSERT_EQ(last.size(), 2U);
  EXPECT_EQ(last[0].id, second);
  EXPECT_EQ(last[1].id, third);
  ASSERT_EQ(store_->last_events("elm", 5).size(), 1U);
}

TEST_F(RoundTripTest, EventsAreFilteredByLevelTimeAndForest) {
  for (const auto level : {EventLevel::info, EventLevel::warning, EventLevel::error}) {
    for (const char* forest : {"oak", "elm"}) store_->add_event({0, wall(static_cast<int>(level)), level, "node", forest, "", 0, "x"});
  }
  EXPECT_EQ(store_->last_events(EventFilter{}, 10).size(), 6U);
  EXPECT_EQ(store_->last_events(EventFilter{"", EventLevel::warning}, 10).size(), 4U);
  EXPECT_EQ(store_->events_after(0, EventFilter{"elm", EventLevel::error}, 10).size(), 1U);
  EXPECT_EQ(store_->events_after(0, EventFilter{"oak", EventLevel::info, wall(1)}, 10).size(), 2U);
  EXPECT_EQ(store_->last_events(EventFilter{"oak", EventLevel::error, wall(3)}, 10).size(), 0U);
  const auto last = store_->last_events(EventFilter{"", EventLevel::warning}, 2);
  ASSERT_EQ(last.size(), 2U);
  EXPECT_LT(last[0].id, last[1].id);
}

TEST_F(RoundTripTest, OperationsOfAllForestsAreListedNewestFirst) {
  const auto first = add_operation(add_forest("oak"), OperationState::succeeded);
  const auto second = add_operation(add_forest("elm"), OperationState::running);
  const auto all = store_->operations("", 10);
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].id, second);
  EXPECT_EQ(all[1].id, first);
  EXPECT_EQ(store_->operations("", 1).size(), 1U);
}

TEST_F(RoundTripTest, IdsAreNeverUsedTwice) {
  const auto first = add_forest("oak");
  const auto node = add_node(first, 1);
  store_->remove_forest(first);
  const auto second = add_forest("oak");
  EXPECT_GT(second, first);
  EXPECT_GT(add_node(second, 1), node);
}

TEST_F(RoundTripTest, RemovingAForestTakesWhatIsItsAndLeavesTheRecord) {
  const auto oak = add_forest("oak");
  const auto elm = add_forest("elm");
  const auto node = add_node(oak, 1);
  const auto other = add_node(elm, 1);
  Sample sample;
  sample.node_id = node;
  sample.at = stamp(5);
  sample.server_id = "S";
  Sample kept = sample;
  kept.node_id = other;
  store_->add_samples(std::vector{sample, kept});
  Decision decision;
  decision.forest_id = oak;
  const auto decided = store_->record_decision(decision).id;
  store_->set_cooldown(oak, {stamp(1), Millis{1}});
  const auto operation = add_operation(oak, OperationState::running);
  store_->add_event({0, wall(1), EventLevel::info, "forest", "oak", "", 0, "gone"});

  store_->remove_forest(oak);
  EXPECT_FALSE(store_->forest(oak));
  EXPECT_FALSE(store_->node(node));
  EXPECT_TRUE(store_->samples(oak, wall(0)).empty());
  EXPECT_FALSE(store_->decision(decided));
  EXPECT_FALSE(store_->cooldown(oak));
  EXPECT_TRUE(store_->operation(operation));
  EXPECT_EQ(store_->last_events("oak", 5).size(), 1U);
  EXPECT_TRUE(store_->node(other));
  EXPECT_EQ(store_->samples(elm, wall(0)).size(), 1U);
}

}  // namespace
}  // namespace morpheus
