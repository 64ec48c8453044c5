#pragma once

#include "daemon/forest/context.hpp"

namespace morpheus {

// What a node's machine is to be, with all that it proves itself with, from what is stored now. Where its provider's machines
// are networked, each call issues a new certificate.
Result<MachineSpec> make_machine_spec(const ForestContext& context, const Forest& forest, const Node& node);

// Stands where a secret would be.
inline constexpr const char* hidden_secret = "(hidden)";

// The same with every secret replaced by hidden_secret.
MachineSpec without_secrets(MachineSpec spec);

}  // namespace morpheus
