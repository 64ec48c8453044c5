#pragma once

#include <string>

#include "daemon/forest/context.hpp"

namespace morpheus {

// An operation of that kind that begins now, for whoever asked; not stored.
Operation new_operation(const ForestContext& context, const Forest& forest, OperationKind kind, const Caller& caller, std::string reason);

// Stores that the operation has ended, with its event, as a part of the transaction that is open: succeeded where `error` is empty, else
// failed.
void end_operation(const ForestContext& context, Operation operation, const std::string& error);

// The same for one that ends because of `reason`, not for what came of it.
void cancel_operation(const ForestContext& context, Operation operation, const std::string& reason);

}  // namespace morpheus
