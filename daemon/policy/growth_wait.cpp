#include "daemon/policy/growth_wait.hpp"

#include <algorithm>

namespace morpheus {
namespace {

bool ends_by_itself(const Gate& gate) { return gate.to_change.starts_with("wait "); }

bool is_at_work(const Gate& gate) { return gate.name == "operation" && gate.detail.starts_with("grow "); }

bool settles(const Gate& gate) { return gate.name == "futility"; }  // one that was futile waits for an operator

}  // namespace

bool waits_for_own_growth(const Decision& decision) {
  if (decision.outcome != Outcome::blocked) return false;
  bool grows = false;
  for (const Gate& gate : decision.gates) {
    if (gate.verdict != Verdict::block) continue;
    const bool own = is_at_work(gate) || settles(gate);
    if (!ends_by_itself(gate) || !(own || gate.name == "cooldown")) return false;
    grows = grows || own;
  }
  return grows;
}

}  // namespace morpheus
