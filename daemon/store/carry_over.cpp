#include <array>

#include "daemon/store/impl.hpp"

namespace morpheus {
namespace {

// Where a wait's beginning is stored: the columns <name>_wall, <name>_boot and <name>_boot_id.
struct Beginning {
  const char* table;
  const char* name;
  const char* still_counts;
};
constexpr std::array beginnings{Beginning{"nodes", "since", "state != 'gone'"}, Beginning{"cooldowns", "started", "TRUE"},
                                Beginning{"operations", "ended", "ended_wall IS NOT NULL"}};

}  // namespace

void Store::carry_over(const Stamp& now) {
  Change change(*impl_);
  for (const auto& [table, name, still_counts] : beginnings) {
    const auto text = fmt::format(
        "UPDATE {0} SET {1}_boot = ? - max(0, ? - {1}_wall), {1}_boot_id = ? WHERE {1}_boot_id != ? AND {2}", table, name,
        still_counts);
    sql::Query(impl_->database, text).with(now.boot, now.wall, now.boot_id, now.boot_id).run();
  }
  change.commit();
}

}  // namespace morpheus
