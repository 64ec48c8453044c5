#include "daemon/store/node_cache.hpp"

#include <string_view>

#include "daemon/store/query.hpp"

namespace morpheus {

NodeCache::NodeCache(sql::Database& database) : database_(database) {
  sqlite3_update_hook(database_.raw().getHandle(), &NodeCache::changed, this);
  sqlite3_rollback_hook(database_.raw().getHandle(), &NodeCache::rolled_back, this);
}

NodeCache::~NodeCache() {
  sqlite3_update_hook(database_.raw().getHandle(), nullptr, nullptr);
  sqlite3_rollback_hook(database_.raw().getHandle(), nullptr, nullptr);
}

NodeList NodeCache::of(std::int64_t forest_id, const std::function<std::vector<Node>()>& read) {
  if (others_wrote()) kept_.clear();
  auto found = kept_.find(forest_id);
  if (found == kept_.end()) found = kept_.emplace(forest_id, std::make_shared<const std::vector<Node>>(read())).first;
  return NodeList(found->second);
}

void NodeCache::changed(void* self, int, const char*, const char* table, sqlite3_int64) {
  if (std::string_view(table) == "nodes") static_cast<NodeCache*>(self)->kept_.clear();
}

void NodeCache::rolled_back(void* self) { static_cast<NodeCache*>(self)->kept_.clear(); }

bool NodeCache::others_wrote() {
  sql::Query query(database_, "PRAGMA data_version");
  std::int64_t version = 0;
  if (query.next()) query.into(version);
  const bool same = version_ == version;
  version_ = version;
  return !same;
}

}  // namespace morpheus
