#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/model/node.hpp"
#include "common/model/time.hpp"

namespace morpheus {

// grow: machines are to be added. none: all known nodes are within limits. blocked: growth is needed and a
// gate forbids it. unknown: nothing is over a limit, but a node that cannot be seen forbids "within limits".
enum class Outcome { grow, none, blocked, unknown };

// pass: does not stand in the way. block: forbids growing now. ignored: this kind of request is not asked
// about it.
enum class Verdict { pass, block, ignored };

// One question that the policy asked, and what would have to change for another answer.
struct Gate {
  std::string
      name;  // "enabled", "paused", "pressure", "operation", "max_nodes", "cooldown", "cost", "provider", "futility"
  Verdict verdict = Verdict::pass;
  std::string detail;     // what was found: "4 of 10 nodes"
  std::string to_change;  // what would change the verdict; empty where it passed
};

// A node as the policy saw it: pressure held over the window (the lowest sample of it), and why it is unknown
// if it is.
struct NodeFinding {
  std::string name;
  NodeRole role = NodeRole::core;
  NodeState state = NodeState::ready;
  std::optional<double> cpu_percent;     // latest
  std::optional<double> memory_percent;  // latest
  std::optional<double>
      held_cpu_percent;  // what it never fell below over the window; unset: window not covered
  std::optional<double> held_memory_percent;
  bool hot = false;     // a held value is above its threshold
  std::string unknown;  // why nothing recent is known; empty: known
  std::optional<double> sample_age_seconds = {};  // of its newest sample, when this was decided; unset: it has none
};

// What started the question.
enum class Trigger { loop, auto_command, manual };

// The inputs, each gate's verdict, and what follows: enough to explain it years later.
struct Decision {
  std::int64_t id = 0;
  std::int64_t forest_id = 0;
  Stamp at;                // last time that this was the answer
  WallTime first_at{};     // since when it has been the answer
  std::int64_t times = 1;  // evaluations in a row with this answer
  Trigger trigger = Trigger::loop;
  Outcome outcome = Outcome::none;
  int nodes = 0;           // to be added; 0 unless outcome is grow or blocked
  std::string reason;      // one sentence
  std::string blocked_by;  // the first gate that blocked; empty if none
  std::vector<Gate> gates;
  std::vector<NodeFinding> findings;
  double threshold_cpu = 0;     // percent
  double threshold_memory = 0;  // percent
  Millis window{};              // over which pressure had to hold
};

// Of the newest samples of nodes whose load was known: nodes are polled one after the other. Unset: none was known.
struct SampleAges {
  std::optional<double> youngest_seconds;
  std::optional<double> oldest_seconds;
};
SampleAges sample_ages(const std::vector<NodeFinding>& findings);

std::string_view to_string(Outcome outcome);
std::string_view to_string(Verdict verdict);
std::string_view to_string(Trigger trigger);

}  // namespace morpheus
