#include <SQLiteCpp/Database.h>

#include <limits>

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
    decision.findings[0].sample_age_seconds = 2.5;
    decision.threshold_cpu = 80;
    decision.threshold_memory = 75.5;
    decision.window = Millis{60'000};
    return decision;
  }

  Decision with_cpu(std::int64_t at, double percent) const {
    Decision decision = blocked(at);
    decision.findings[0].cpu_percent = percent;
    return decision;
  }
  // What another program reads of the last row.
  std::string in_file(const std::string& column) const {
    SQLite::Database file(path_, SQLite::OPEN_READONLY);
    return file.execAndGet("SELECT " + column + " FROM decisions ORDER BY id DESC LIMIT 1").getString();
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
  EXPECT_EQ(found->findings[0].sample_age_seconds, 2.5);
  EXPECT_EQ(found->findings[1].sample_age_seconds, std::nullopt);
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

TEST_F(DecisionsTest, NumbersThatMoveAreWrittenOnceAMinuteAndReadAtOnce) {
  const auto id = store_->record_decision(with_cpu(1'000, 91)).id;
  const auto written = in_file("findings");
  store_->record_decision(with_cpu(60'000, 92));  // the stamps of this test count half as fast by the boot clock
  EXPECT_EQ(in_file("findings"), written);
  EXPECT_EQ(in_file("times"), "2");
  EXPECT_EQ(in_file("at_wall"), "60000");
  EXPECT_EQ(store_->last_decision(forest_)->findings[0].cpu_percent, 92);
  EXPECT_EQ(store_->decision(id)->findings[0].cpu_percent, 92);
  EXPECT_EQ(store_->decisions(forest_, 1).front().findings[0].cpu_percent, 92);
  store_->record_decision(with_cpu(121'000, 93));
  EXPECT_NE(in_file("findings"), written);
}

TEST_F(DecisionsTest, AnotherReasonWhyANodeIsUnknownIsWrittenAtOnce) {
  store_->record_decision(blocked(1'000));
  Decision later = blocked(2'000);
  later.findings[1].unknown = "connection refused";
  EXPECT_FALSE(store_->record_decision(later).is_new);
  EXPECT_NE(in_file("findings").find("connection refused"), std::string::npos);
}

TEST_F(DecisionsTest, ARestartLosesNoFindingAndCountsOn) {
  const auto id = store_->record_decision(with_cpu(1'000, 91)).id;
  store_->record_decision(with_cpu(2'000, 92));
  reopen();
  const auto found = store_->last_decision(forest_);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->times, 2);
  EXPECT_EQ(found->findings.size(), 2U);
  EXPECT_EQ(found->findings[0].cpu_percent, 91) << "as of the last time that they were written";
  EXPECT_EQ(store_->record_decision(with_cpu(3'000, 93)).id, id);
  EXPECT_EQ(in_file("times"), "3");
  EXPECT_NE(in_file("findings").find("\"cpu_percent\":93"), std::string::npos) << "what was written before the start is not known to be recent";
}

TEST_F(DecisionsTest, ARolledBackDecisionIsForgotten) {
  store_->record_decision(with_cpu(1'000, 91));
  {
    const Store::Transaction transaction(*store_);
    store_->record_decision(with_cpu(2'000, 92));
    EXPECT_EQ(store_->last_decision(forest_)->times, 2);
  }
  EXPECT_EQ(store_->last_decision(forest_)->times, 1);
  EXPECT_EQ(store_->last_decision(forest_)->findings[0].cpu_percent, 91);
}

TEST_F(DecisionsTest, OfAForestThatIsGoneThereIsNone) {
  store_->record_decision(blocked(1'000));
  store_->remove_forest(forest_);
  EXPECT_FALSE(store_->last_decision(forest_));
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
  reopen();
  EXPECT_EQ(store_->decision(id)->gates[0].detail, "bad \xEF\xBF\xBD byte");
}

TEST_F(DecisionsTest, AnyTextAndAnyNumberOfAFindingComesBack) {
  Decision decision = blocked(1);
  decision.findings[0].unknown = "it said \"no\\\" \n\x01 ü";
  decision.findings[0].cpu_percent = 1e-300;
  decision.findings[0].memory_percent = 123456789.125;
  decision.findings[1].cpu_percent = std::numeric_limits<double>::infinity();
  const auto id = store_->record_decision(decision).id;
  reopen();
  const auto found = store_->decision(id)->findings;
  EXPECT_EQ(found[0].unknown, decision.findings[0].unknown);
  EXPECT_EQ(found[0].cpu_percent, 1e-300);
  EXPECT_EQ(found[0].memory_percent, 123456789.125);
  EXPECT_EQ(found[1].cpu_percent, std::nullopt) << "JSON has no such number";
}

}  // namespace
}  // namespace morpheus
