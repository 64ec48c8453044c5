#include "daemon/store/last_decisions.hpp"

#include <algorithm>
#include <utility>

namespace morpheus {
namespace {

bool same_words(const NodeFinding& a, const NodeFinding& b) { return a.unknown == b.unknown; }

}  // namespace

const Decision* LastDecisions::of(std::int64_t forest_id) {
  drop_outdated();
  const auto found = kept_.find(forest_id);
  return found == kept_.end() ? nullptr : &found->second.decision;
}

const Decision* LastDecisions::with_id(std::int64_t forest_id, std::int64_t id) {
  const Decision* last = of(forest_id);
  return last && last->id == id ? last : nullptr;
}

bool LastDecisions::are_numbers_due(const Decision& decision) {
  drop_outdated();
  const auto found = kept_.find(decision.forest_id);
  if (found == kept_.end()) return true;
  const Kept& last = found->second;
  return last.written.boot_id != decision.at.boot_id || elapsed(last.written, decision.at) >= numbers_written_every ||
         !std::ranges::equal(last.decision.findings, decision.findings, same_words);
}

void LastDecisions::keep(Decision decision, bool is_written) {
  drop_outdated();
  Kept& place = kept_[decision.forest_id];
  if (is_written) place.written = decision.at;
  place.decision = std::move(decision);
}

void LastDecisions::drop_outdated() {
  const auto epoch = database_.epoch();
  if (epoch != epoch_) kept_.clear();
  epoch_ = epoch;
}

}  // namespace morpheus
