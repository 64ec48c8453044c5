#pragma once

#include <string_view>

#include "daemon/forest/context.hpp"

// What commands name, or why it cannot be had: the errors say what to type.
namespace morpheus::command {

Result<Forest> find(const ForestContext& context, std::string_view name);

// No operation is at work on it.
Result<Forest> find_idle(const ForestContext& context, std::string_view name);

// By its name or "node-<n>"; one that may exist.
Result<Node> find_node(const ForestContext& context, const Forest& forest, std::string_view name);

// refused: it is parked, and keeps its forest's place.
Error is_parked(const Operation& operation);

// Records who asked for what, as a part of the transaction that is open.
void record_command(const ForestContext& context, const Caller& caller, const std::string& forest, const std::string& node, const std::string& what);

}  // namespace morpheus::command
