#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "daemon/store/database.hpp"
#include "daemon/store/node_list.hpp"

namespace morpheus {

// What was read of the nodes since one of them last changed.
class NodeCache {
 public:
  explicit NodeCache(sql::Database& database) : database_(database) {}

  // What is kept of the forest, or what `read` reads now.
  NodeList of(std::int64_t forest_id, const std::function<std::vector<Node>()>& read);

 private:
  sql::Database& database_;
  std::map<std::int64_t, std::shared_ptr<const std::vector<Node>>> kept_;  // by forest
  std::uint64_t epoch_ = 0;
  std::uint64_t writes_ = 0;
};

}  // namespace morpheus
