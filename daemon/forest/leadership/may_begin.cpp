#include "daemon/forest/leadership/may_begin.hpp"

#include "daemon/store/lease_record.hpp"

namespace morpheus {

Result<> check_may_begin(const ForestContext& context) {
  const auto acts = may_act(context.store);
  if (!acts) return acts;
  if (!context.gate.held()) return {};
  return Error{ErrorCode::unavailable, "this computer shuts down, and nothing new is begun", "try again when it is up again"};
}

}  // namespace morpheus
