#pragma once

#include <cstdint>
#include <map>
#include <utility>

#include "common/model/decision.hpp"
#include "common/model/event.hpp"
#include "common/model/operation.hpp"

namespace morpheus {

// What happened since the daemon's start, counted.
class Tally {
 public:
  void decided(Trigger trigger, Outcome outcome) { ++decisions_[{trigger, outcome}]; }
  void ended(OperationKind kind, OperationState state) { ++operations_[{kind, state}]; }
  void recorded(EventLevel level) { ++events_[level]; }

  std::int64_t decisions(Trigger trigger, Outcome outcome) const { return of(decisions_, std::pair{trigger, outcome}); }
  std::int64_t operations(OperationKind kind, OperationState state) const { return of(operations_, std::pair{kind, state}); }
  std::int64_t events(EventLevel level) const { return of(events_, level); }

 private:
  template <class Key>
  static std::int64_t of(const std::map<Key, std::int64_t>& counts, const Key& key) {
    const auto found = counts.find(key);
    return found == counts.end() ? 0 : found->second;
  }

  std::map<std::pair<Trigger, Outcome>, std::int64_t> decisions_;
  std::map<std::pair<OperationKind, OperationState>, std::int64_t> operations_;
  std::map<EventLevel, std::int64_t> events_;
};

}  // namespace morpheus
