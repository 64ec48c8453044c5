#include "common/model/node.hpp"

namespace morpheus {

bool costs(const Node& node) { return node.state != NodeState::gone; }

}  // namespace morpheus
