#pragma once

#include <string>

#include "common/config/config.hpp"
#include "common/error.hpp"

namespace morpheus {

// What goes on running, and costing, while there is no daemon: a line for each machine that the database holds, what they cost
// together, and what deletes them. Empty: nothing does. conflict: a daemon is running, ask that one.
Result<std::string> describe_remains(const Config& config);

}  // namespace morpheus
