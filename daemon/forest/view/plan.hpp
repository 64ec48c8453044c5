#pragma once

#include <cstddef>
#include <vector>

#include "common/model/node.hpp"
#include "common/protocol/views.hpp"
#include "daemon/provider/provider.hpp"

namespace morpheus {

// What a planting or a growth would create, in the protocol's words: each node on a machine as `offer` says.
std::vector<PlannedNode> planned_nodes(const std::vector<Node>& nodes, const Offer& offer);

// What so many machines of that offer cost; a price that is not known stays unset.
CostView cost_of(const Offer& offer, std::size_t machines);

}  // namespace morpheus
