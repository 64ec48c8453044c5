#include "daemon/monitor/poller.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>

#include "tests/sim/sim_clock.hpp"
#include "tests/tools/temp_dir.hpp"

namespace morpheus {
namespace {

using namespace std::chrono_literals;

struct Asked {
  std::int64_t node = 0;
  Millis after{0};  // since the test began
  bool extras = false;
};

// Answers after each node's own delay; one whose delay is longer than the time-out fails then.
class ScriptedProbe : public NodeProbe {
 public:
  static constexpr Millis time_out = 3s;

  explicit ScriptedProbe(Clock& clock) : clock_(clock), began_(clock.boot()) {}

  asio::awaitable<NodeReport> probe(ProbeTarget target, ProbeWants wants) override {
    asked.push_back({target.node_id, clock_.boot() - began_, wants.healthz && wants.routez && wants.jsz});
    NodeReport report;
    report.at.boot = clock_.boot();
    report.at.wall = clock_.wall();
    report.at.boot_id = clock_.boot_id();
    const Millis delay = delays[target.node_id];
    co_await clock_.sleep_for(std::min(delay, time_out));
    if (delay >= time_out) {
      report.error = "no answer within 3 s";
    } else {
      report.varz.emplace();
      report.varz->server_id = "S" + std::to_string(target.node_id);
      report.varz->server_name = names.contains(target.node_id) ? names[target.node_id] : fmt::format("oak-node-{}", target.node_id);
      report.varz->cores = 1;
      report.varz->cpu = report.varz->mem = 1;
    }
    co_return report;
  }
  void forget(std::int64_t node_id) override { forgotten.push_back(node_id); }

  std::vector<Millis> times_of(std::int64_t node) const {
    std::vector<Millis> times;
    for (const Asked& each : asked)
      if (each.node == node) times.push_back(each.after);
    return times;
  }

  std::map<std::int64_t, Millis> delays;
  std::map<std::int64_t, std::string> names;  // of servers, where it is not the node's own
  std::vector<Asked> asked;
  std::vector<std::int64_t> forgotten;

 private:
  Clock& clock_;
  BootTime began_;
};

// A forest `oak` of three ready nodes and a poller over it, polling each 10 s.
class PollerTest : public testing::Test {
 protected:
  void SetUp() override {
    auto opened = Store::open((directory_ / "morpheus.db").string(), "installation");
    ASSERT_TRUE(opened);
    store_ = *std::move(opened);
    Forest oak;
    oak.name = "oak";
    oak.provider = "local";
    oak.state = ForestState::active;
    forest_ = store_->add_forest(oak);
    for (int n = 1; n <= 3; ++n) nodes_.push_back(add_node(n));
    config_.monitor.poll_interval = 10s;
    journal_ = std::make_unique<Journal>(clock_, *store_, tally_, loop_.get_executor());
    poller_ = std::make_unique<Poller>(clock_, *store_, *journal_, probe_, lag_, observations_, loop_.get_executor(), config_);
  }
  void TearDown() override {
    stop_all();
  }

  void stop_all() {
    stop_.emit(asio::cancellation_type::terminal);
    stop_lag_.emit(asio::cancellation_type::terminal);
    run_until_idle(loop_);
  }
  std::int64_t add_node(int n) {
    Node node;
    node.forest_id = forest_;
    node.index = n;
    node.name = node.server_name = "oak-node-" + std::to_string(n);
    node.state = NodeState::ready;
    node.address = "127.0.1." + std::to_string(n);
    node.capacity = {1, 100};
    return store_->add_node(node);
  }
  void add_nodes(int until) {
    for (int n = static_cast<int>(nodes_.size()) + 1; n <= until; ++n) nodes_.push_back(add_node(n));
  }
  // A forest `elm` of one ready node beside oak; that node's id.
  std::int64_t add_elm() {
    Forest elm;
    elm.name = "elm";
    elm.provider = "local";
    elm.state = ForestState::active;
    elm_ = store_->add_forest(elm);
    Node node;
    node.forest_id = elm_;
    node.index = 1;
    node.name = node.server_name = "elm-node-1";
    node.state = NodeState::ready;
    node.address = "127.0.2.1";
    node.capacity = {1, 100};
    return store_->add_node(node);
  }
  void begin_work(std::int64_t forest, const std::string& name) {
    Operation operation;
    operation.forest_id = forest;
    operation.forest = name;
    store_->add_operation(operation);
  }
  std::int64_t start_operation() {
    Operation operation;
    operation.forest_id = forest_;
    operation.forest = "oak";
    return store_->add_operation(operation);
  }
  void start() {
    asio::co_spawn(loop_, lag_.run(), asio::bind_cancellation_slot(stop_lag_.slot(), [](std::exception_ptr) {}));
    asio::co_spawn(loop_, poller_->run(), asio::bind_cancellation_slot(stop_.slot(), [](std::exception_ptr) {}));
    run_until_idle(loop_);
  }
  void run_for(Millis time) {
    const BootTime end = clock_.boot() + time;
    run_until(loop_, clock_, time, [&] { return clock_.next_deadline() > end; });
    if (clock_.boot() < end) clock_.pass(end - clock_.boot());
    run_until_idle(loop_);
  }
  std::size_t stored_samples() const { return store_->samples(forest_, WallTime{}).size(); }

  SimClock clock_;
  asio::io_context loop_;
  asio::cancellation_signal stop_;
  asio::cancellation_signal stop_lag_;
  TempDir directory_;
  std::unique_ptr<Store> store_;
  Tally tally_;
  std::unique_ptr<Journal> journal_;
  std::int64_t forest_ = 0;
  std::int64_t elm_ = 0;
  std::vector<std::int64_t> nodes_;
  Config config_;
  ScriptedProbe probe_{clock_};
  LoopLag lag_{clock_};
  Observations observations_{60s};
  std::unique_ptr<Poller> poller_;
};

TEST_F(PollerTest, PollsEveryNodeAtTheSameTimeEachInterval) {
  start();
  run_for(35s);
  for (const auto node : nodes_) EXPECT_THAT(probe_.times_of(node), testing::ElementsAre(0s, 10s, 20s, 30s));
}

TEST_F(PollerTest, AHungNodeCostsTheOthersNothing) {
  config_.monitor.poll_interval = 1s;
  probe_.delays[nodes_[1]] = 1h;
  start();
  run_for(9500ms);
  EXPECT_EQ(probe_.times_of(nodes_[0]).size(), 10U);
  EXPECT_EQ(probe_.times_of(nodes_[2]).size(), 10U);
  EXPECT_LE(probe_.times_of(nodes_[1]).size(), 4U) << "one poll at a time";
  EXPECT_EQ(observations_.find(nodes_[1])->unknown, "no answer within 3 s");
  EXPECT_EQ(observations_.find(nodes_[0])->unknown, "");
  EXPECT_GE(stored_samples(), 18U) << "all sweeps but the newest, which is stored with the next";
}

TEST_F(PollerTest, StoresASweepAtOnceWhenItsLastAnswerIsHere) {
  probe_.delays = {{nodes_[0], 10ms}, {nodes_[1], 20ms}, {nodes_[2], 50ms}};
  start();
  run_for(40ms);
  EXPECT_EQ(stored_samples(), 0U);
  EXPECT_EQ(poller_->swept().count(), 0U);
  run_for(20ms);
  EXPECT_EQ(stored_samples(), 3U);
  EXPECT_EQ(poller_->swept().count(), 1U);
}

TEST_F(PollerTest, AForestAtWorkIsPolledEachSecondWithAllThatIsKnownOfIt) {
  const auto id = start_operation();
  start();
  run_for(4500ms);
  EXPECT_THAT(probe_.times_of(nodes_[0]), testing::ElementsAre(0s, 1s, 2s, 3s, 4s));
  for (const Asked& each : probe_.asked) EXPECT_TRUE(each.extras) << each.after;

  Operation operation = *store_->operation(id);
  operation.state = OperationState::succeeded;
  store_->update_operation(operation);
  probe_.asked.clear();
  run_for(60s);
  EXPECT_LE(probe_.times_of(nodes_[0]).size(), 7U);
  EXPECT_GE(probe_.times_of(nodes_[0]).size(), 5U);
}

TEST_F(PollerTest, AReadyNodeIsAskedForMoreThanItsVarzEverySixthTime) {
  start();
  run_for(125s);
  int extras = 0;
  int polls = 0;
  for (const Asked& each : probe_.asked) {
    if (each.node != nodes_[0]) continue;
    EXPECT_EQ(each.extras, polls % Poller::steady_extras_every == 0) << polls;
    ++polls;
    extras += each.extras ? 1 : 0;
  }
  EXPECT_EQ(polls, 13);
  EXPECT_EQ(extras, 3);
}

TEST_F(PollerTest, HurryLooksNowAndMovesNoLaterTick) {
  start();
  run_for(4s);
  start_operation();
  poller_->hurry();
  run_until_idle(loop_);
  EXPECT_THAT(probe_.times_of(nodes_[0]), testing::ElementsAre(0s, 4s));
  run_for(2500ms);
  EXPECT_THAT(probe_.times_of(nodes_[0]), testing::ElementsAre(0s, 4s, 5s, 6s));
}

TEST_F(PollerTest, ANodeThatIsGoneIsForgotten) {
  start();
  run_for(1s);
  Node node = *store_->node(nodes_[0]);
  node.state = NodeState::gone;
  store_->update_node(node);
  run_for(30s);
  EXPECT_THAT(probe_.forgotten, testing::ElementsAre(nodes_[0]));
  EXPECT_EQ(observations_.find(nodes_[0]), nullptr);
  EXPECT_THAT(probe_.times_of(nodes_[0]), testing::ElementsAre(0s));
}

TEST_F(PollerTest, AnAnswerOfANodeThatWentMeanwhileIsDropped) {
  config_.monitor.poll_interval = 1s;
  probe_.delays[nodes_[0]] = 2500ms;
  start();
  run_for(500ms);
  Node node = *store_->node(nodes_[0]);
  node.state = NodeState::gone;
  store_->update_node(node);
  run_for(5s);
  EXPECT_EQ(observations_.find(nodes_[0]), nullptr);
}

TEST_F(PollerTest, AFailureWhileTheLoopItselfStoodStillCountsForNobody) {
  probe_.delays[nodes_[1]] = 1h;
  start();
  run_for(1s);
  clock_.pass(5s);  // the machine slept
  run_for(1s);
  ASSERT_EQ(probe_.times_of(nodes_[1]).size(), 1U);
  EXPECT_EQ(observations_.find(nodes_[1]), nullptr);
  run_for(14s);
  ASSERT_NE(observations_.find(nodes_[1]), nullptr) << "the next failure counts";
  EXPECT_EQ(observations_.find(nodes_[1])->unknown, "no answer within 3 s");
}

TEST_F(PollerTest, SilenceAndItsEndAreEvents) {
  probe_.delays[nodes_[1]] = 1h;
  start();
  run_for(25s);
  probe_.delays[nodes_[1]] = 0s;
  run_for(30s);
  const auto events = store_->last_events("oak", 10);
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(events[0].node, "oak-node-2");
  EXPECT_EQ(events[0].level, EventLevel::warning);
  EXPECT_EQ(events[0].message, "unknown: no answer within 3 s");
  EXPECT_EQ(events[1].level, EventLevel::info);
  EXPECT_EQ(events[1].message, "known again after 30 s (no answer within 3 s)");
}

TEST_F(PollerTest, WhatAnotherServerSaysIsNotTheNodes) {
  probe_.names = {{nodes_[0], "elm-node-1"}, {nodes_[1], ""}};
  start();
  run_for(1s);
  EXPECT_EQ(observations_.find(nodes_[0])->unknown, "another server answers, elm-node-1");
  EXPECT_EQ(observations_.find(nodes_[1])->unknown, "its answers do not say its name");
  EXPECT_EQ(observations_.find(nodes_[2])->unknown, "");
  run_for(5s);
  EXPECT_EQ(stored_samples(), 1U);
}

TEST_F(PollerTest, ALargeSweepBeginsInSlicesAndEachNodeKeepsItsTime) {
  add_nodes(125);
  start();
  run_for(60ms);
  std::map<Millis, int> asked_at;
  for (const Asked& each : probe_.asked) ++asked_at[each.after];
  EXPECT_THAT(asked_at, testing::ElementsAre(std::pair(Millis{0}, 50), std::pair(Millis{50}, 50)));
  EXPECT_EQ(poller_->swept().count(), 0U) << "some have yet to be asked";
  run_for(20s);
  EXPECT_THAT(probe_.times_of(nodes_[0]), testing::ElementsAre(0ms, 10'000ms, 20'000ms));
  EXPECT_THAT(probe_.times_of(nodes_[124]), testing::ElementsAre(100ms, 10'100ms));
  EXPECT_EQ(poller_->swept().count(), 2U);
  EXPECT_EQ(stored_samples(), 250U);
}

TEST_F(PollerTest, EveryPollOfAVeryLargeSweepBeginsWithinHalfAnInterval) {
  config_.monitor.poll_interval = 1s;
  add_nodes(1'000);
  start();
  run_for(1'900ms);
  std::map<std::int64_t, std::vector<Millis>> times;
  for (const Asked& each : probe_.asked) times[each.node].push_back(each.after);
  EXPECT_EQ(times.size(), 1'000U);
  for (const auto& [node, asked] : times) {
    ASSERT_EQ(asked.size(), 2U) << node;
    EXPECT_LE(asked[0], 500ms);
    EXPECT_EQ(asked[1], asked[0] + 1s);
  }
}

TEST_F(PollerTest, NoForestWaitsForTheSlicesOfAnother) {
  add_nodes(2'000);
  const auto elm_node = add_elm();
  begin_work(elm_, "elm");
  start();
  run_for(2'100ms);
  EXPECT_THAT(probe_.times_of(elm_node), testing::ElementsAre(0s, 1s, 2s)) << "an operation waits for it";
}

TEST_F(PollerTest, AForestAtWorkThatIsTooLargeLeavesTheOthersTheirTurn) {
  add_nodes(1'500);
  const auto elm_node = add_elm();
  begin_work(forest_, "oak");
  start();
  run_for(25s);
  EXPECT_GE(probe_.times_of(elm_node).size(), 2U);
  for (const auto node : nodes_) EXPECT_GE(probe_.times_of(node).size(), 10U) << node;
}

TEST_F(PollerTest, ANodeThatGoesWhileItWaitsIsNotAsked) {
  add_nodes(100);
  start();
  Node node = *store_->node(nodes_[95]);
  node.state = NodeState::gone;
  store_->update_node(node);
  poller_->hurry();
  run_for(5s);
  EXPECT_TRUE(probe_.times_of(nodes_[95]).empty());
  EXPECT_EQ(probe_.times_of(nodes_[96]).size(), 1U);
  EXPECT_GE(poller_->swept().count(), 1U);
}

TEST_F(PollerTest, NothingRunsOnceItIsCancelled) {
  probe_.delays[nodes_[1]] = 1h;
  start();
  run_for(1s);
  stop_all();
  EXPECT_EQ(clock_.sleepers(), 0U);
}

}  // namespace
}  // namespace morpheus
