#include "common/model/wait.hpp"

namespace morpheus {

std::string_view what_for(WaitReason reason) {
  switch (reason) {
    case WaitReason::turn: return "for the forest's earlier operation to let go";
    case WaitReason::store: return "for the database, which refuses";
    case WaitReason::parked: return "for an operator: it is parked";
    case WaitReason::address: return "for an address";
    case WaitReason::firewall: return "for its addresses to be let in";
    case WaitReason::machine: return "for its machine to be created";
    case WaitReason::boot: return "for its server to answer";
    case WaitReason::join: return "for its server to join the forest";
    case WaitReason::drain: return "for its machine to shut down";
    case WaitReason::deletion: return "for its machine to be deleted";
    case WaitReason::meta_group: return "for the meta group to let a member go";
    case WaitReason::leftovers: return "for what is left of it to be gone";
    case WaitReason::provider: return "for the provider";
    case WaitReason::decision: return "for a decision";
    case WaitReason::shutdown: return "for the shutdown of this computer";
  }
  return "";
}

bool is_usual(WaitReason reason) {
  return reason == WaitReason::boot || reason == WaitReason::join || reason == WaitReason::drain;
}

}  // namespace morpheus
