#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "common/error.hpp"

namespace morpheus {

class Store;

// active: it decides and acts. standby: restored from a copy, its original may act. retired: moved to another machine. moving: its
// archive is on its way there; never stored, so that a crash leaves it active.
enum class LeaseState { active, standby, retired, moving };

// Whether the daemon of this database may change anything outside it. Stored with it, so that a restart changes nothing of that.
struct LeaseRecord {
  LeaseState state = LeaseState::active;
  std::int64_t epoch = 1;  // raised with each takeover and each move
  std::string reason;           // since when and why it is not active, in words
  std::string holder;           // hexadecimal: of this incarnation of the database, another one after each restore and takeover
  std::int64_t seen = 0;        // the highest epoch of another daemon that was met at a provider
  bool operator==(const LeaseRecord&) const = default;
};

std::string_view to_string(LeaseState state);

// Refused, with the way back, unless the daemon of this database is active.
Result<> may_act(const Store& store);

}  // namespace morpheus
