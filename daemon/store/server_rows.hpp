#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>

#include "daemon/store/database.hpp"

namespace morpheus {

// The row in `servers` of each node's last sample: it is the same with nearly every sample.
class ServerRows {
 public:
  explicit ServerRows(sql::Database& database) : database_(database) {}

  struct Row {
    std::string server_id;
    std::optional<std::int64_t> number;  // unset: the server did not say who it is
  };
  // Null: the node, or its server, is not known here; look into the tables. Call refresh() first.
  const Row* of(std::int64_t node_id, const std::string& server_id) const {
    const auto found = rows_.find(node_id);
    return found != rows_.end() && found->second.server_id == server_id ? &found->second : nullptr;
  }
  void keep(std::int64_t node_id, Row row) { rows_[node_id] = std::move(row); }
  void clear() { rows_.clear(); }

  // Drops everything if a node may have gone since.
  void refresh() {
    const auto epoch = database_.epoch();
    const auto writes = database_.node_writes();
    if (epoch != epoch_ || writes != writes_) clear();
    epoch_ = epoch;
    writes_ = writes;
  }

 private:
  sql::Database& database_;
  std::unordered_map<std::int64_t, Row> rows_;  // by node
  std::uint64_t epoch_ = 0;
  std::uint64_t writes_ = 0;
};

}  // namespace morpheus
