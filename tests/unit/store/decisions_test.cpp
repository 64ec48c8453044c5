#include "tests/unit/store/fixture.hpp"

namespace morpheus {
namespace {

class DecisionsTest : public StoreTest {
 protected:
  DecisionsTest() { forest_ = add_forest("oak"); }

  Decision blocked(std::int64_t at) const {
    Decision decision;
    decision.forest_id = forest_;
    decision.at = stamp(at);
    decision.trigger = Trigger::auto_command;
    decision.outcome = Outcome::blocked;
    decision.nodes = 1;
    decision.reason = "growth is needed";
    decision.blocked_by = "cooldown";
    decision.gates = {{"enabled", Verdict::pass, "true", ""},
                      {"cooldown", Verdict::block, "4 min left", "wait 4 min"}};
    decision.findings = {
        {"oak-node-1", NodeRole::core, NodeState::ready, 91.25, std::nullopt, 90.5, std::nullopt, true, ""},
        {"oak-node-2", NodeRole::edge, NodeState::joining, std::nullopt, 1.0 / 3, std::nullopt, 0.1, false,
         "silent"}};
    decision.threshold_cpu = 80;
    decision.threshold_memory = 75.5;
    decision.window = Millis{60'000};
    return decision;
  }

  std::int64_t forest_ = 0;
};

// growth.max_nodes of them, all hot, each named in the gate's detail as well.
TEST_F(DecisionsTest, ADecisionOfTheLargestForestComesBack) {
  constexpr std::size_t most_nodes = 10'000;
  auto decision = blocked(1'000);
  const auto finding = decision.findings[0];
  decision.findings.assign(most_nodes, finding);
  for (std::size_t i = 0; i < most_nodes; ++i) {
    decision.findings[i].name = "oak-node-" + std::to_string(i);
    decision.gates[0].detail += decision.findings[i].name + ": CPU 91.3% > 80.0%, memory 91.3% > 80.0% over 60 s; ";
  }
  const auto id = store_->record_decision(decision).id;
  const auto found = store_->decision(id);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->gates[0].detail, decision.gates[0].detail);
  EXPECT_EQ(found->findings.size(), most_nodes);
  EXPECT_EQ(store_->record_decision(decision).id, id) << "the last one is read before the next is written";
}

TEST_F(DecisionsTest, ADecisionComesBackAsItWas) {
  const auto id = store_->record_decision(blocked(1'000)).id;
  reopen();
  const auto found = store_->decision(id);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->forest_id, forest_);
  EXPECT_EQ(found->at.wall, wall(1'000));
  EXPECT_EQ(found->at.boot, BootTime{Millis{500}});
  EXPECT_EQ(found->at.boot_id, "boot-a");
  EXPECT_EQ(found->first_at, wall(1'000));
  EXPECT_EQ(found->times, 1);
  EXPECT_EQ(found->trigger, Trigger::auto_command);
  EXPECT_EQ(found->outcome, Outcome::blocked);
  EXPECT_EQ(found->nodes, 1);
  EXPECT_EQ(found->reason, "growth is needed");
  EXPECT_EQ(found->blocked_by, "cooldown");
  EXPECT_EQ(found->threshold_cpu, 80);
  EXPECT_EQ(found->threshold_memory, 75.5);
  EXPECT_EQ(found->window, Millis{60'000});
  ASSERT_EQ(found->gates.size(), 2U);
  EXPECT_EQ(found->gates[1].name, "cooldown");
  EXPECT_EQ(found->gates[1].verdict, Verdict::block);
  EXPECT_EQ(found->gates[1].detail, "4 min left");
  EXPECT_EQ(found->gates[1].to_change, "wait 4 min");
  ASSERT_EQ(found->findings.size(), 2U);
  EXPECT_EQ(found->findings[0].cpu_percent, 91.25);
  EXPECT_EQ(found->findings[0].memory_percent, std::nullopt);
  EXPECT_TRUE(found->findings[0].hot);
  EXPECT_EQ(found->findings[1].role, NodeRole::edge);
  EXPECT_EQ(found->findings[1].state, NodeState::joining);
  EXPECT_EQ(found->findings[1].memory_percent, 1.0 / 3);
  EXPECT_EQ(found->findings[1].held_memory_percent, 0.1);
  EXPECT_EQ(found->findings[1].unknown, "silent");
}

TEST_F(DecisionsTest, TheSameAnswerIsCountedWithItsNewestNumbers) {
  const auto id = store_->record_decision(blocked(1'000)).id;
  Decision later = blocked(2'000);
  later.reason = "growth is needed (93%)";
  later.findings[0].cpu_percent = 93;
  later.gates[1].detail = "3 min left";
  EXPECT_EQ(store_->record_decision(later).id, id);
  const auto found = store_->last_decision(forest_);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->times, 2);
  EXPECT_EQ(found->first_at, wall(1'000));
  EXPECT_EQ(found->at.wall, wall(2'000));
  EXPECT_EQ(found->reason, "growth is needed (93%)");
  EXPECT_EQ(found->findings[0].cpu_percent, 93);
  EXPECT_EQ(found->gates[1].detail, "3 min left");
  EXPECT_EQ(store_->decisions(forest_, 10).size(), 1U);
}

TEST_F(DecisionsTest, AnotherAnswerIsAnotherDecision) {
  const std::vector<std::pair<const char*, void (*)(Decision&)>> changes{
      {"verdict", [](Decision& d) { d.gates[0].verdict = Verdict::ignored; }},
      {"gate", [](Decision& d) { d.gates.pop_back(); }},
      {"hot", [](Decision& d) { d.findings[1].hot = true; }},
      {"unknown", [](Decision& d) { d.findings[1].unknown.clear(); }},
      {"node", [](Decision& d) { d.findings.pop_back(); }},
      {"state", [](Decision& d) { d.findings[1].state = NodeState::ready; }},
      {"outcome", [](Decision& d) { d.outcome = Outcome::unknown; }},
      {"blocked by", [](Decision& d) { d.blocked_by = "cost"; }},
      {"trigger", [](Decision& d) { d.trigger = Trigger::loop; }},
      {"threshold", [](Decision& d) { d.threshold_cpu = 81; }},
      {"window", [](Decision& d) { d.window = Millis{1}; }},
      {"nodes", [](Decision& d) { d.nodes = 2; }}};
  for (const auto& [what, change] : changes) {
    const auto before = store_->record_decision(blocked(1)).id;
    Decision other = blocked(2);
    change(other);
    EXPECT_NE(store_->record_decision(other).id, before) << what;
  }
}

TEST_F(DecisionsTest, EachDecisionToGrowStandsByItself) {
  Decision grow = blocked(1);
  grow.outcome = Outcome::grow;
  const auto first = store_->record_decision(grow).id;
  EXPECT_NE(store_->record_decision(grow).id, first);
}

TEST_F(DecisionsTest, ForestsDoNotShareAnswersAndTheNewestComesFirst) {
  const auto first = store_->record_decision(blocked(1)).id;
  Decision other = blocked(2);
  other.forest_id = add_forest("elm");
  const auto elsewhere = store_->record_decision(other).id;
  EXPECT_NE(elsewhere, first);
  Decision none = blocked(3);
  none.outcome = Outcome::none;
  const auto second = store_->record_decision(none).id;
  const auto found = store_->decisions(forest_, 10);
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].id, second);
  EXPECT_EQ(found[1].id, first);
  EXPECT_EQ(store_->decisions(forest_, 1).size(), 1U);
}

TEST_F(DecisionsTest, BrokenTextOfOthersDoesNotKeepADecisionFromBeingStored) {
  Decision decision = blocked(1);
  decision.gates[0].detail = "bad \xff byte";
  const auto id = store_->record_decision(decision).id;
  EXPECT_EQ(store_->decision(id)->gates[0].name, "enabled");
}

}  // namespace
}  // namespace morpheus
