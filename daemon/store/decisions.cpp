#include <algorithm>

#include "daemon/store/impl.hpp"
#include "daemon/store/stored_json.hpp"

namespace morpheus {
namespace {

const std::string select_decisions =
    "SELECT id, forest_id, at_wall, at_boot, at_boot_id, first_at, times, trigger_kind, outcome, nodes, "
    "reason, "
    "blocked_by, gates, findings, threshold_cpu, threshold_memory, window FROM decisions ";

std::optional<Decision> next_decision(sql::Database& database, sql::Query& query) {
  if (!query.next()) return std::nullopt;
  Decision decision;
  std::string gates;
  std::string findings;
  query.into(decision.id, decision.forest_id, decision.at, decision.first_at, decision.times,
             decision.trigger, decision.outcome, decision.nodes, decision.reason, decision.blocked_by, gates,
             findings, decision.threshold_cpu, decision.threshold_memory, decision.window);
  auto read = stored_gates(decision.id, gates);
  if (!read) database.fail(read.error().message);
  decision.gates = *std::move(read);
  auto found = stored_findings(decision.id, findings);
  if (!found) database.fail(found.error().message);
  decision.findings = *std::move(found);
  return decision;
}

bool same_gate(const Gate& a, const Gate& b) { return a.name == b.name && a.verdict == b.verdict; }

bool same_finding(const NodeFinding& a, const NodeFinding& b) {
  return a.name == b.name && a.role == b.role && a.state == b.state && a.hot == b.hot &&
         a.unknown.empty() == b.unknown.empty();
}

// What an operator would call the same answer: numbers, and sentences that hold them, move with every poll.
bool same_answer(const Decision& a, const Decision& b) {
  return a.outcome != Outcome::grow && a.trigger == b.trigger && a.outcome == b.outcome &&
         a.nodes == b.nodes && a.blocked_by == b.blocked_by && a.threshold_cpu == b.threshold_cpu &&
         a.threshold_memory == b.threshold_memory && a.window == b.window &&
         std::ranges::equal(a.gates, b.gates, same_gate) &&
         std::ranges::equal(a.findings, b.findings, same_finding);
}

// The row's numbers may be a minute old.
void take_newest(LastDecisions& last, Decision& decision) {
  if (const Decision* known = last.with_id(decision.forest_id, decision.id)) decision = *known;
}

void update_whole(sql::Database& database, const Decision& decision) {
  sql::Query(database,
             "UPDATE decisions SET at_wall = ?, at_boot = ?, at_boot_id = ?, times = ?, reason = ?, gates = ?, findings = ? WHERE id = ?")
      .with(decision.at, decision.times, decision.reason, to_stored_json(decision.gates), to_stored_json(decision.findings), decision.id)
      .run();
}

void update_count(sql::Database& database, const Decision& decision) {
  sql::Query(database, "UPDATE decisions SET at_wall = ?, at_boot = ?, at_boot_id = ?, times = ? WHERE id = ?")
      .with(decision.at, decision.times, decision.id)
      .run();
}

}  // namespace

Store::Recorded Store::record_decision(const Decision& decision) {
  Change change(*impl_);
  Decision kept = decision;
  std::optional<Decision> stored;
  const Decision* last = impl_->last_decisions.of(decision.forest_id);
  if (!last && (stored = last_decision(decision.forest_id))) last = &*stored;
  if (last && same_answer(*last, decision)) {
    kept.id = last->id;
    kept.first_at = last->first_at;
    kept.times = last->times + decision.times;
    const bool numbers = impl_->last_decisions.are_numbers_due(decision);
    if (numbers) {
      update_whole(impl_->database, kept);
    } else {
      update_count(impl_->database, kept);
    }
    change.commit();
    const Recorded recorded{kept.id, false};
    impl_->last_decisions.keep(std::move(kept), numbers);
    return recorded;
  }
  const WallTime first_at = decision.first_at == WallTime{} ? decision.at.wall : decision.first_at;
  sql::Query(impl_->database,
             "INSERT INTO decisions (forest_id, at_wall, at_boot, at_boot_id, first_at, times, trigger_kind, "
             "outcome, "
             "nodes, reason, blocked_by, gates, findings, threshold_cpu, threshold_memory, window) "
             "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
      .with(decision.forest_id, decision.at, first_at, decision.times, decision.trigger, decision.outcome,
            decision.nodes, decision.reason, decision.blocked_by, to_stored_json(decision.gates),
            to_stored_json(decision.findings), decision.threshold_cpu, decision.threshold_memory, decision.window)
      .run();
  kept.id = impl_->database.last_id();
  kept.first_at = first_at;
  change.commit();
  const Recorded recorded{kept.id, true};
  impl_->last_decisions.keep(std::move(kept), true);
  return recorded;
}

std::optional<Decision> Store::last_decision(std::int64_t forest_id) const {
  if (const Decision* known = impl_->last_decisions.of(forest_id)) return *known;
  static const std::string text = select_decisions + "WHERE forest_id = ? ORDER BY id DESC LIMIT 1";
  sql::Query query(impl_->database, text);
  return next_decision(impl_->database, query.with(forest_id));
}

std::optional<Decision> Store::decision(std::int64_t id) const {
  static const std::string text = select_decisions + "WHERE id = ?";
  sql::Query query(impl_->database, text);
  auto found = next_decision(impl_->database, query.with(id));
  if (found) take_newest(impl_->last_decisions, *found);
  return found;
}

std::vector<Decision> Store::decisions(std::int64_t forest_id, int limit, std::int64_t before) const {
  static const std::string text = select_decisions + "WHERE forest_id = ? AND id < ? ORDER BY id DESC LIMIT ?";
  sql::Query query(impl_->database, text);
  query.with(forest_id, before, limit);
  std::vector<Decision> found;
  while (auto decision = next_decision(impl_->database, query)) {
    take_newest(impl_->last_decisions, *decision);
    found.push_back(std::move(*decision));
  }
  return found;
}

}  // namespace morpheus
