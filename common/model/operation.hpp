#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/model/listed.hpp"
#include "common/model/time.hpp"

namespace morpheus {

enum class OperationKind { plant, grow, shrink, teardown };
inline constexpr std::array all_operation_kinds{OperationKind::plant, OperationKind::grow, OperationKind::shrink, OperationKind::teardown};
static_assert(lists_all<all_operation_kinds>());
enum class OperationState { running, succeeded, failed, cancelled };

// Who asked: a peer of the control socket, or the daemon's own policy.
struct Caller {
  std::int64_t uid = -1;  // -1: the daemon itself
  std::int64_t pid = 0;
  std::string user = "policy";
  std::string program = "";  // what the process called itself; empty: not to be seen. Of events alone, and nothing to rely on
};

// Long work as the store has it. While it is running its forest belongs to it.
struct Operation {
  std::int64_t id = 0;
  std::int64_t forest_id = 0;
  std::string forest;  // the name, kept for the record after the forest is gone
  OperationKind kind = OperationKind::plant;
  OperationState state = OperationState::running;
  Caller caller;
  std::string reason;                       // why it was started, in words
  std::optional<std::int64_t> decision_id;  // the decision that started it
  int nodes = 0;                            // how many it adds or removes
  std::string error;                        // why it failed, and what became of what it had begun
  Stamp started;
  std::optional<Stamp> ended;
  int attempts = 0;                   // in a row, each ended by a fault or by the daemon's crash, without progress between; and the one under way
  std::string progress;               // its nodes' stages when the last attempt began
  std::string parked;                 // why it is not tried any more before an operator says so; empty: it is not parked
  std::optional<WallTime> parked_at;  // set while it is parked
  std::string aborted;                // by whom, while it was parked: it is brought to its end as one that failed
};

std::string_view to_string(OperationKind kind);
std::string_view to_string(OperationState state);

}  // namespace morpheus
