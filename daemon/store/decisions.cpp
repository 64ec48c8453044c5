#include "common/protocol/json.hpp"
#include "daemon/store/impl.hpp"

namespace morpheus {
namespace {

const std::string columns =
    "id, forest_id, at_wall, at_boot, at_boot_id, first_at, times, trigger, outcome, nodes, reason, blocked_by, gates, "
    "findings, threshold_cpu, threshold_memory, window_ms";

template <class T>
T from_json_text(const std::string& text) {
  try {
    return nlohmann::json::parse(text).get<T>();
  } catch (const std::exception& error) {
    throw SQLite::Exception(std::string("a stored decision cannot be read: ") + error.what());
  }
}

Decision read_decision(const Query& query) {
  Row row(query);
  Decision decision;
  decision.id = row.integer();
  decision.forest_id = row.integer();
  decision.at = row.stamp();
  decision.first_at = row.wall();
  decision.times = row.integer();
  decision.trigger = row.name<Trigger>();
  decision.outcome = row.name<Outcome>();
  decision.nodes = static_cast<int>(row.integer());
  decision.reason = row.text();
  decision.blocked_by = row.text();
  decision.gates = from_json_text<std::vector<Gate>>(row.text());
  decision.findings = from_json_text<std::vector<NodeFinding>>(row.text());
  decision.threshold_cpu = row.real();
  decision.threshold_memory = row.real();
  decision.window = Millis{row.integer()};
  return decision;
}

void bind_decision(Query& query, const Decision& decision, WallTime first_at, std::int64_t times) {
  query.bind(decision.forest_id).bind(decision.at).bind(first_at).bind(times).bind(decision.trigger);
  query.bind(decision.outcome).bind(decision.nodes).bind(decision.reason).bind(decision.blocked_by);
  query.bind(nlohmann::json(decision.gates).dump()).bind(nlohmann::json(decision.findings).dump());
  query.bind(decision.threshold_cpu).bind(decision.threshold_memory).bind(decision.window);
}

// What an operator would call the same answer: numbers move with every poll, verdicts and the nodes' conditions do not.
bool same_answer(const Decision& a, const Decision& b) {
  const auto same_gate = [](const Gate& x, const Gate& y) { return x.name == y.name && x.verdict == y.verdict; };
  const auto same_finding = [](const NodeFinding& x, const NodeFinding& y) {
    return x.name == y.name && x.state == y.state && x.hot == y.hot && x.unknown.empty() == y.unknown.empty();
  };
  return a.outcome != Outcome::grow && a.trigger == b.trigger && a.outcome == b.outcome && a.nodes == b.nodes &&
         a.blocked_by == b.blocked_by && std::ranges::equal(a.gates, b.gates, same_gate) &&
         std::ranges::equal(a.findings, b.findings, same_finding);
}

}  // namespace

std::int64_t Store::record_decision(const Decision& decision) {
  const auto last = last_decision(decision.forest_id);
  if (last && same_answer(*last, decision)) {
    impl_->change([&] {
      Query query = impl_->query(
          "UPDATE decisions SET forest_id = ?, at_wall = ?, at_boot = ?, at_boot_id = ?, first_at = ?, times = ?, "
          "trigger = ?, outcome = ?, nodes = ?, reason = ?, blocked_by = ?, gates = ?, findings = ?, threshold_cpu = ?, "
          "threshold_memory = ?, window_ms = ? WHERE id = ?");
      bind_decision(query, decision, last->first_at, last->times + 1);
      query.bind(last->id).run();
    });
    return last->id;
  }
  std::int64_t id = 0;
  impl_->change([&] {
    Query query = impl_->query(
        "INSERT INTO decisions (forest_id, at_wall, at_boot, at_boot_id, first_at, times, trigger, outcome, nodes, reason, "
        "blocked_by, gates, findings, threshold_cpu, threshold_memory, window_ms) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    bind_decision(query, decision, decision.at.wall, 1);
    query.run();
    id = impl_->last_id();
  });
  return id;
}

std::optional<Decision> Store::last_decision(std::int64_t forest_id) const {
  auto newest = decisions(forest_id, 1);
  if (newest.empty()) return std::nullopt;
  return std::move(newest.front());
}

std::optional<Decision> Store::decision(std::int64_t id) const {
  return impl_->guarded([&]() -> std::optional<Decision> {
    Query query = impl_->query("SELECT " + columns + " FROM decisions WHERE id = ?");
    query.bind(id);
    if (!query.next()) return std::nullopt;
    return read_decision(query);
  });
}

std::vector<Decision> Store::decisions(std::int64_t forest_id, int limit) const {
  return impl_->guarded([&] {
    Query query = impl_->query("SELECT " + columns + " FROM decisions WHERE forest_id = ? ORDER BY id DESC LIMIT ?");
    query.bind(forest_id).bind(limit);
    std::vector<Decision> decisions;
    while (query.next()) decisions.push_back(read_decision(query));
    return decisions;
  });
}

}  // namespace morpheus
