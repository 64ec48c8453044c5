#pragma once

#include <vector>

#include "common/model/forest.hpp"
#include "common/model/node.hpp"
#include "common/protocol/views.hpp"
#include "daemon/runtime/ids.hpp"

namespace morpheus {

// The next `count` nodes of a forest: cores until it has `core_nodes` of them, then edges. The first core of a forest that
// starts with one alone has the witness. Advances forest.next_index, which is never used twice.
std::vector<Node> plan_nodes(Forest& forest, const std::vector<Node>& existing, int count, int core_nodes, Ids& ids,
                             const Stamp& now);

}  // namespace morpheus
