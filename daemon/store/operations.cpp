#include "daemon/store/impl.hpp"

namespace morpheus {
namespace {

const std::string select_operations =
    "SELECT id, forest_id, forest, kind, state, uid, pid, user, reason, decision_id, nodes, error, "
    "started_wall, "
    "started_boot, started_boot_id, ended_wall, ended_boot, ended_boot_id, attempts, progress, parked, parked_at, aborted "
    "FROM operations ";

std::optional<Operation> next_operation(sql::Query& query) {
  if (!query.next()) return std::nullopt;
  Operation operation;
  query.into(operation.id, operation.forest_id, operation.forest, operation.kind, operation.state,
             operation.caller.uid, operation.caller.pid, operation.caller.user, operation.reason,
             operation.decision_id, operation.nodes, operation.error, operation.started, operation.ended,
             operation.attempts, operation.progress, operation.parked, operation.parked_at, operation.aborted);
  return operation;
}

std::vector<Operation> all(sql::Query& query) {
  std::vector<Operation> found;
  while (auto operation = next_operation(query)) found.push_back(std::move(*operation));
  return found;
}

// Every column but the id, in the order of both statements below.
sql::Query& bind(sql::Query& query, const Operation& operation) {
  return query.with(operation.forest_id, operation.forest, operation.kind, operation.state,
                    operation.caller.uid, operation.caller.pid, operation.caller.user, operation.reason,
                    operation.decision_id, operation.nodes, operation.error, operation.started,
                    operation.ended, operation.attempts, operation.progress, operation.parked, operation.parked_at,
                    operation.aborted);
}

// An operation that began on the last free pages of a full disk would stand still in its middle, with machines that cost money.
constexpr std::uint64_t least_room_to_grow = std::uint64_t{1} << 20;

bool makes_machines(OperationKind kind) { return kind == OperationKind::plant || kind == OperationKind::grow; }

}  // namespace

std::int64_t Store::add_operation(const Operation& operation) {
  if (makes_machines(operation.kind)) impl_->database.check_room(least_room_to_grow);
  Change change(*impl_);
  {
    sql::Query query(
        impl_->database,
        "INSERT INTO operations (forest_id, forest, kind, state, uid, pid, user, reason, decision_id, nodes, "
        "error, started_wall, started_boot, started_boot_id, ended_wall, ended_boot, ended_boot_id, "
        "attempts, progress, parked, parked_at, aborted) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    bind(query, operation).run();
  }
  const std::int64_t id = impl_->database.last_id();
  change.commit();
  return id;
}

void Store::update_operation(const Operation& operation) {
  Change change(*impl_);
  {
    sql::Query query(
        impl_->database,
        "UPDATE operations SET forest_id = ?, forest = ?, kind = ?, state = ?, uid = ?, pid = ?, user = ?, "
        "reason = ?, decision_id = ?, nodes = ?, error = ?, started_wall = ?, started_boot = ?, "
        "started_boot_id = ?, ended_wall = ?, ended_boot = ?, ended_boot_id = ?, attempts = ?, progress = ?, parked = ?, "
        "parked_at = ?, aborted = ? WHERE id = ?");
    const int rows = bind(query, operation).with(operation.id).run();
    if (rows != 1)
      impl_->database.fail(fmt::format("a bug: update of operation #{}, which is not there", operation.id));
  }
  change.commit();
}

std::optional<Operation> Store::operation(std::int64_t id) const {
  static const std::string text = select_operations + "WHERE id = ?";
  sql::Query query(impl_->database, text);
  return next_operation(query.with(id));
}

std::optional<Operation> Store::running_operation(std::int64_t forest_id) const {
  static const std::string text = select_operations + "INDEXED BY one_running_operation WHERE state = 'running' AND forest_id = ?";
  sql::Query query(impl_->database, text);
  return next_operation(query.with(forest_id));
}

std::vector<Operation> Store::running_operations() const {
  static const std::string text =
      select_operations + "INDEXED BY one_running_operation WHERE state = 'running' ORDER BY id";
  sql::Query query(impl_->database, text);
  return all(query);
}

std::vector<Operation> Store::operations(std::string_view forest, int limit) const {
  static const std::string of_all = select_operations + "ORDER BY id DESC LIMIT ?";
  static const std::string of_one = select_operations + "WHERE forest = ? ORDER BY id DESC LIMIT ?";
  sql::Query query(impl_->database, forest.empty() ? of_all : of_one);
  if (forest.empty()) return all(query.with(limit));
  return all(query.with(forest, limit));
}

}  // namespace morpheus
