#pragma once

#include <cstdint>
#include <map>

#include "common/model/decision.hpp"
#include "daemon/store/database.hpp"

namespace morpheus {

// Each forest's last decision with its newest numbers. A row that is given again and again has its numbers written now and then only, for
// they move with every poll.
class LastDecisions {
 public:
  static constexpr Millis numbers_written_every{60'000};

  explicit LastDecisions(sql::Database& database) : database_(database) {}

  // Null: it is not known here, read it.
  const Decision* of(std::int64_t forest_id);
  // The same by the decision's own id.
  const Decision* with_id(std::int64_t forest_id, std::int64_t id);
  // Whether the numbers of `decision`, which gives the last one's answer again, are to be written.
  bool are_numbers_due(const Decision& decision);
  void keep(Decision decision, bool is_written);
  void forget(std::int64_t forest_id) { kept_.erase(forest_id); }

 private:
  struct Kept {
    Decision decision;
    Stamp written;  // when the numbers in the row were the newest
  };
  void drop_outdated();

  sql::Database& database_;
  std::map<std::int64_t, Kept> kept_;  // by forest
  std::uint64_t epoch_ = 0;
};

}  // namespace morpheus
