#include "daemon/store/node_cache.hpp"

namespace morpheus {

NodeList NodeCache::of(std::int64_t forest_id, const std::function<std::vector<Node>()>& read) {
  const auto epoch = database_.epoch();
  const auto writes = database_.node_writes();
  if (epoch != epoch_ || writes != writes_) kept_.clear();
  epoch_ = epoch;
  writes_ = writes;
  auto found = kept_.find(forest_id);
  if (found == kept_.end()) found = kept_.emplace(forest_id, std::make_shared<const std::vector<Node>>(read())).first;
  return NodeList(found->second);
}

}  // namespace morpheus
