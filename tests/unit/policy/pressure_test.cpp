#include "daemon/policy/pressure.hpp"

#include <gtest/gtest.h>

#include "tests/unit/policy/scenes.hpp"

namespace morpheus {
namespace {

using scene::none;

constexpr auto sample_cpu = &PolicySample::cpu_percent;

std::vector<PolicySample> at_ages(const std::vector<int>& seconds, double value) {
  std::vector<PolicySample> samples;
  for (const int age : seconds) samples.push_back({std::chrono::seconds{age}, value, none});
  return samples;
}

struct HeldCase {
  std::string name;
  std::vector<PolicySample> samples;
  int window_seconds = 60;
  int poll_seconds = 10;
  std::optional<double> held;
};
void PrintTo(const HeldCase& each, std::ostream* out) { *out << each.name; }

class HeldValue : public testing::TestWithParam<HeldCase> {};

TEST_P(HeldValue, IsWhatTheWindowSays) {
  const HeldCase& each = GetParam();
  EXPECT_EQ(held_value(each.samples, sample_cpu, std::chrono::seconds{each.window_seconds},
                       std::chrono::seconds{each.poll_seconds}),
            each.held);
}

INSTANTIATE_TEST_SUITE_P(
    Windows, HeldValue,
    testing::Values(
        HeldCase{"NothingAtAll", {}, 60, 10, none},
        HeldCase{"TheLowestOfTheWindow",
                 scene::every_ten_seconds({95, 91, 99, 93, 92, 97}, {0, 0, 0, 0, 0, 0}), 60, 10, 91},
        HeldCase{"OneDipIsTheValue", scene::every_ten_seconds({95, 95, 12, 95, 95, 95}, {0, 0, 0, 0, 0, 0}),
                 60, 10, 12},
        HeldCase{"FiveOfSixAreEnough", at_ages({50, 40, 30, 20, 10}, 90), 60, 10, 90},
        HeldCase{"FourOfSixAreNot", at_ages({40, 30, 20, 10}, 90), 60, 10, none},
        HeldCase{"EightyOfAHundredPercent", at_ages({90, 80, 70, 60, 50, 40, 30, 20}, 90), 100, 10, 90},
        HeldCase{"SeventyOfAHundredPercent", at_ages({90, 80, 70, 60, 50, 40, 30}, 90), 100, 10, none},
        HeldCase{"ManySamplesInOneSlotCountOnce", at_ages({9, 8, 7, 6, 5, 4, 3, 2, 1, 0}, 90), 60, 10, none},
        HeldCase{"MoreSamplesThanSlots", at_ages({55, 54, 45, 44, 35, 34, 25, 24, 15, 14, 5, 4}, 90), 60, 10,
                 90},
        HeldCase{"OlderThanTheWindowDoesNotCount", at_ages({100, 90, 80, 70, 61, 20, 10}, 90), 60, 10, none},
        HeldCase{"ExactlyAsOldAsTheWindowCounts", at_ages({60, 40, 30, 20, 10}, 90), 60, 10, 90},
        HeldCase{"SamplesWithoutTheValueAreNotThere",
                 scene::every_ten_seconds({90, none, 90, none, 90, 90}, {1, 1, 1, 1, 1, 1}), 60, 10, none},
        HeldCase{"NoWindowIsTheNewestSample", at_ages({30, 20, 10}, 90), 0, 10, 90},
        HeldCase{"NoWindowIgnoresEarlierOnes", scene::every_ten_seconds({12, 12, 90}, {0, 0, 0}), 0, 10, 90},
        HeldCase{"NoWindowAtTwoPolls", at_ages({20}, 90), 0, 10, 90},
        HeldCase{"NoWindowBeyondTwoPolls", at_ages({21}, 90), 0, 10, none},
        HeldCase{"AWindowShorterThanAPoll", at_ages({3}, 90), 5, 10, 90}),
    [](const auto& each) { return each.param.name; });

// 79 % of a window of 100 slots is not covered, 80 % is: one poll a second, the newest ones missing.
TEST(HeldValueCoverage, TurnsAtEightyPercent) {
  std::vector<int> ages;
  for (int age = 99; age >= 21; --age) ages.push_back(age);
  ASSERT_EQ(ages.size(), 79u);
  EXPECT_EQ(held_value(at_ages(ages, 90), sample_cpu, std::chrono::seconds{100}, std::chrono::seconds{1}),
            std::nullopt);
  ages.push_back(20);
  EXPECT_EQ(held_value(at_ages(ages, 90), sample_cpu, std::chrono::seconds{100}, std::chrono::seconds{1}), 90);
}

// Answers come some milliseconds late, each another few: none of that costs a slot, whenever the policy is
// asked.
TEST(HeldValueCoverage, IsNotHurtByPollsThatJitter) {
  for (int asked_at = 0; asked_at < 10'000; asked_at += 7) {
    std::vector<PolicySample> samples;
    for (const int age : {49'985, 40'015, 29'990, 20'012, 9'990, 0}) {
      samples.push_back({Millis{age + asked_at}, 90, none});
    }
    EXPECT_EQ(held_value(samples, sample_cpu, std::chrono::seconds{60}, std::chrono::seconds{10}), 90) << asked_at;
  }
}

TEST(FindPressure, IsStrictlyAboveTheThreshold) {
  const auto findings = find_pressure(scene::input(
      {scene::steady("at", 80, 80), scene::steady("cpu", 80.01, 10), scene::steady("memory", 10, 80.01)}));
  EXPECT_FALSE(findings[0].hot);
  EXPECT_TRUE(findings[1].hot);
  EXPECT_TRUE(findings[2].hot);
}

TEST(FindPressure, NeverAddsOneMetricToTheOther) {
  // Above by CPU for one half of the window, by memory for the other.
  PolicyNode node = scene::steady("mixed", 0, 0);
  node.samples = scene::every_ten_seconds({95, 95, 95, 10, 10, 10}, {10, 10, 10, 95, 95, 95});
  EXPECT_FALSE(find_pressure(scene::input({node}))[0].hot);
}

TEST(FindPressure, AnOverrideReplacesBothThresholds) {
  auto input =
      scene::input({scene::steady("a", 35, 5), scene::steady("b", 5, 35), scene::steady("c", 30, 30)});
  input.threshold = 30;
  const auto findings = find_pressure(input);
  EXPECT_TRUE(findings[0].hot);
  EXPECT_TRUE(findings[1].hot);
  EXPECT_FALSE(findings[2].hot);
}

TEST(FindPressure, OnlyReadyNodesAreHot) {
  for (const NodeState state :
       {NodeState::joining, NodeState::draining, NodeState::deleting, NodeState::failed}) {
    PolicyNode node = scene::steady("busy", 99, 99);
    node.state = state;
    EXPECT_FALSE(find_pressure(scene::input({node}))[0].hot) << to_string(state);
  }
}

TEST(FindPressure, AnUnknownNodeShowsNoNumbersButMayStillHaveBeenHot) {
  PolicyNode node = scene::steady("hung", 95, 20);
  node.unknown = "no answer within 3 s, since 03:12";
  const auto finding = find_pressure(scene::input({node}))[0];
  EXPECT_EQ(finding.cpu_percent, std::nullopt);
  EXPECT_EQ(finding.memory_percent, std::nullopt);
  EXPECT_EQ(finding.held_cpu_percent, 95);
  EXPECT_TRUE(finding.hot);
  node.samples.erase(node.samples.end() - 2, node.samples.end());
  EXPECT_FALSE(find_pressure(scene::input({node}))[0].hot);
}

TEST(DescribePressure, NamesEachHotNodeAndMetric) {
  const auto input =
      scene::input({scene::steady("n1", 95, 91), scene::steady("n2", 10, 10), scene::steady("n3", 85, 10)});
  EXPECT_EQ(describe_pressure(input, find_pressure(input)),
            "CPU 95% above 80% on n1, memory 91% above 80% on n1, CPU 85% above 80% on n3 for 60 s");
}

TEST(DescribePressure, IsEmptyWithoutAny) {
  const auto input = scene::input({scene::steady("n1", 10, 10)});
  EXPECT_EQ(describe_pressure(input, find_pressure(input)), "");
}

TEST(TimeAbove, IsTheAgeOfTheOldestSampleOfTheRun) {
  EXPECT_EQ(time_above(scene::every_ten_seconds({90, 70, 90, 90, 90}, {0, 0, 0, 0, 0}), sample_cpu, 80),
            Millis{20'000});
  EXPECT_EQ(time_above(scene::every_ten_seconds({90, 90, 80}, {0, 0, 0}), sample_cpu, 80), Millis{0});
}

}  // namespace
}  // namespace morpheus
