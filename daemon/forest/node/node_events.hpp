#pragma once

#include <string>

#include "daemon/forest/context.hpp"

namespace morpheus {

// Records a warning about the node, as an event of the operation that has it in its hands.
void warn_of(const ForestContext& context, const Node& node, std::string message);

}  // namespace morpheus
