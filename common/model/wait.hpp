#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "common/model/listed.hpp"
#include "common/model/time.hpp"

namespace morpheus {

// What work can wait for. The test `Waits` has a case for each.
enum class WaitReason {
  turn,        // the forest's earlier operation to let go
  store,       // the database, which refuses
  parked,      // an operator: each try ended by a fault of the program or of this computer
  address,     // an address for a machine
  firewall,    // the provider to let the forest's nodes reach each other
  machine,     // a machine to be created
  boot,        // a new machine's server to answer
  join,        // a new server to be a member of its forest
  drain,       // a machine to hand over its clients and shut down
  deletion,    // a machine to be deleted
  meta_group,  // the meta group to let a member go
  leftovers,   // what is left of a forest to be gone
  provider,    // a provider to answer, outside of any operation
  decision,    // the policy's next decision about a forest
  shutdown,    // this computer to shut down, or not to
};
inline constexpr std::array all_wait_reasons{
    WaitReason::turn,  WaitReason::store, WaitReason::parked,   WaitReason::address,    WaitReason::firewall,  WaitReason::machine,  WaitReason::boot,
    WaitReason::join,  WaitReason::drain, WaitReason::deletion, WaitReason::meta_group, WaitReason::leftovers, WaitReason::provider, WaitReason::decision,
    WaitReason::shutdown};
static_assert(lists_all<all_wait_reasons>());

// Work that waits.
struct Wait {
  WaitReason reason = WaitReason::turn;
  std::int64_t operation_id = 0;  // 0: of no operation
  std::string forest;             // empty: of no single forest
  std::string node;               // empty: of no single node
  std::string cause;              // what is known of it: the last error, for instance
  std::string hint;               // what to type or to change; never empty once shown
  Stamp since;
  int tries = 0;  // that were in vain
};

std::string_view to_string(WaitReason reason);
// "for a machine to be created"
std::string_view what_for(WaitReason reason);
// Every new machine waits so: nobody has to look while its stage lasts.
bool is_usual(WaitReason reason);

}  // namespace morpheus
