#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "daemon/store/database.hpp"
#include "daemon/store/node_list.hpp"

namespace morpheus {

// What was read of the nodes since one of them last changed. SQLite itself says when that is: each write of the table, each rollback, and
// each commit of another program.
class NodeCache {
 public:
  explicit NodeCache(sql::Database& database);
  ~NodeCache();
  NodeCache(const NodeCache&) = delete;
  NodeCache& operator=(const NodeCache&) = delete;

  // What is kept of the forest, or what `read` reads now.
  NodeList of(std::int64_t forest_id, const std::function<std::vector<Node>()>& read);

 private:
  static void changed(void* self, int operation, const char* database, const char* table, sqlite3_int64 row);
  static void rolled_back(void* self);
  bool others_wrote();

  sql::Database& database_;
  std::map<std::int64_t, std::shared_ptr<const std::vector<Node>>> kept_;  // by forest
  std::optional<std::int64_t> version_;                                    // of the database, in others' commits
};

}  // namespace morpheus
