#pragma once

#include "daemon/forest/autoscaler/autoscaler.hpp"
#include "daemon/forest/context.hpp"
#include "daemon/forest/housekeeping/reconciler.hpp"
#include "daemon/forest/operation/runner.hpp"
#include "daemon/forest/orphan/hold.hpp"
#include "daemon/forest/view/provider_looks.hpp"

namespace morpheus {

// What a command is carried out with. It outlives every command.
struct CommandContext {
  const ForestContext& forests;
  OperationRunner& runner;
  Autoscaler& autoscaler;
  const Reconciler& reconciler;
  ProviderLooks& looks;
  OrphanHands& hands;
};

}  // namespace morpheus
