#pragma once

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

#include "common/model/node.hpp"

namespace morpheus {

// A forest's nodes as they were stored at one moment; later changes are not seen. Cheap to copy: shared, because those who look go on while
// a newer list takes its place.
class NodeList {
 public:
  explicit NodeList(std::shared_ptr<const std::vector<Node>> nodes) : nodes_(std::move(nodes)) {}

  auto begin() const { return nodes_->begin(); }
  auto end() const { return nodes_->end(); }
  std::size_t size() const { return nodes_->size(); }
  const std::vector<Node>& all() const { return *nodes_; }

 private:
  std::shared_ptr<const std::vector<Node>> nodes_;
};

}  // namespace morpheus
