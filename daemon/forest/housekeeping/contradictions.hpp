#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "daemon/forest/context.hpp"

namespace morpheus {

// A ready node whose answers do not agree with what the others say.
struct Contradiction {
  std::int64_t node_id = 0;
  std::string what;  // "it says that it leads the meta group, and most others that f-node-2 does"
};

// As of the last polls, the odd ones out among the ready nodes, at most one entry each. Answers are not all of one moment: it counts
// once it lasts.
std::vector<Contradiction> find_contradictions(const std::vector<Node>& nodes, const Observations& observations);

// Says as an event which node contradicts the others for longer than a server's restart explains, and when that is over; marks it in
// the observations, for status and doctor.
class Contradictions {
 public:
  explicit Contradictions(const ForestContext& context) : context_(context) {}

  // How long until it is worth another look.
  Millis interval() const { return lasting() / 4; }
  void look(const Forest& forest);

 private:
  struct Entry {
    BootTime first{};
    BootTime last{};
    bool reported = false;
  };

  Millis lasting() const;
  void note(const Forest& forest, const Node& node, const std::string& what);
  void settle(const Forest& forest, const Node& node);
  void report(const Forest& forest, const Node& node, EventLevel level, const std::string& message);

  const ForestContext& context_;
  std::map<std::int64_t, Entry> entries_;  // by node id, of those that contradict
};

}  // namespace morpheus
