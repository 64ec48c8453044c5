#include "daemon/store/impl.hpp"

namespace morpheus {
namespace {

constexpr Millis full_resolution = std::chrono::hours{2};
constexpr Millis longest_kept = std::chrono::days{7};
constexpr Millis thinned_resolution = std::chrono::minutes{1};
constexpr int decisions_kept = 1'000;  // of a forest
constexpr int events_kept = 50'000;
constexpr int operations_kept = 5'000;
constexpr int rows_a_call = 20'000;  // of each kind: the loop must not stand still

}  // namespace

void Store::thin(WallTime now) {
  impl_->change([&] {
    impl_->query("DELETE FROM samples WHERE rowid IN (SELECT rowid FROM samples WHERE at_wall < ? LIMIT ?)")
        .bind(now - longest_kept)
        .bind(rows_a_call)
        .run();
    // Of each node and minute the newest stays.
    impl_->query("DELETE FROM samples WHERE rowid IN (SELECT a.rowid FROM samples a WHERE a.at_wall < ?1 AND EXISTS ("
                 "SELECT 1 FROM samples b WHERE b.node_id = a.node_id AND b.at_wall > a.at_wall "
                 "AND b.at_wall < (a.at_wall / ?2 + 1) * ?2) LIMIT ?3)")
        .bind(now - full_resolution)
        .bind(thinned_resolution)
        .bind(rows_a_call)
        .run();
    impl_->query("DELETE FROM decisions WHERE id IN (SELECT id FROM (SELECT id, row_number() OVER ("
                 "PARTITION BY forest_id ORDER BY id DESC) AS age FROM decisions) WHERE age > ? "
                 "AND id NOT IN (SELECT decision_id FROM operations WHERE decision_id IS NOT NULL) LIMIT ?)")
        .bind(decisions_kept)
        .bind(rows_a_call)
        .run();
    impl_->query("DELETE FROM events WHERE id <= (SELECT max(id) FROM events) - ?").bind(events_kept).run();
    impl_->query("DELETE FROM operations WHERE state <> 'running' AND id <= (SELECT max(id) FROM operations) - ?")
        .bind(operations_kept)
        .run();
    impl_->query("DELETE FROM texts WHERE id NOT IN (SELECT at_boot_id FROM samples UNION SELECT server_id FROM samples)").run();
    impl_->text_ids_.clear();
  });
}

}  // namespace morpheus
