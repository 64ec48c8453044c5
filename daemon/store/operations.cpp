#include "daemon/store/impl.hpp"

namespace morpheus {
namespace {

const std::string columns =
    "id, forest_id, forest, kind, state, caller_uid, caller_pid, caller_user, reason, decision_id, nodes, error, "
    "started_wall, started_boot, started_boot_id, ended_wall, ended_boot, ended_boot_id";

Operation read_operation(const Query& query) {
  Row row(query);
  Operation operation;
  operation.id = row.integer();
  operation.forest_id = row.integer();
  operation.forest = row.text();
  operation.kind = row.name<OperationKind>();
  operation.state = row.name<OperationState>();
  operation.caller.uid = row.integer();
  operation.caller.pid = row.integer();
  operation.caller.user = row.text();
  operation.reason = row.text();
  operation.decision_id = row.optional_integer<std::int64_t>();
  operation.nodes = static_cast<int>(row.integer());
  operation.error = row.text();
  operation.started = row.stamp();
  if (!row.is_null()) operation.ended = row.stamp();
  return operation;
}

void bind_operation(Query& query, const Operation& operation) {
  query.bind(operation.forest_id).bind(operation.forest).bind(operation.kind).bind(operation.state);
  query.bind(operation.caller.uid).bind(operation.caller.pid).bind(operation.caller.user).bind(operation.reason);
  query.bind(operation.decision_id).bind(operation.nodes).bind(operation.error).bind(operation.started);
  const auto& ended = operation.ended;
  query.bind(ended ? std::optional(ended->wall) : std::nullopt);
  query.bind(ended ? std::optional(std::int64_t{ended->boot.time_since_epoch().count()}) : std::nullopt);
  query.bind(ended ? std::optional(ended->boot_id) : std::nullopt);
}

std::vector<Operation> read_all(Query& query) {
  std::vector<Operation> operations;
  while (query.next()) operations.push_back(read_operation(query));
  return operations;
}

}  // namespace

std::int64_t Store::add_operation(const Operation& operation) {
  std::int64_t id = 0;
  impl_->change([&] {
    Query query = impl_->query(
        "INSERT INTO operations (forest_id, forest, kind, state, caller_uid, caller_pid, caller_user, reason, decision_id, "
        "nodes, error, started_wall, started_boot, started_boot_id, ended_wall, ended_boot, ended_boot_id) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    bind_operation(query, operation);
    query.run();
    id = impl_->last_id();
  });
  return id;
}

void Store::update_operation(const Operation& operation) {
  impl_->change([&] {
    Query query = impl_->query(
        "UPDATE operations SET forest_id = ?, forest = ?, kind = ?, state = ?, caller_uid = ?, caller_pid = ?, "
        "caller_user = ?, reason = ?, decision_id = ?, nodes = ?, error = ?, started_wall = ?, started_boot = ?, "
        "started_boot_id = ?, ended_wall = ?, ended_boot = ?, ended_boot_id = ? WHERE id = ?");
    bind_operation(query, operation);
    query.bind(operation.id).run();
    impl_->expect_changed("operation");
  });
}

std::optional<Operation> Store::operation(std::int64_t id) const {
  return impl_->guarded([&]() -> std::optional<Operation> {
    Query query = impl_->query("SELECT " + columns + " FROM operations WHERE id = ?");
    query.bind(id);
    if (!query.next()) return std::nullopt;
    return read_operation(query);
  });
}

std::vector<Operation> Store::running_operations() const {
  return impl_->guarded([&] {
    Query query = impl_->query("SELECT " + columns + " FROM operations WHERE state = 'running' ORDER BY id");
    return read_all(query);
  });
}

std::vector<Operation> Store::operations(std::string_view forest, int limit) const {
  return impl_->guarded([&] {
    Query query = impl_->query("SELECT " + columns + " FROM operations WHERE forest = ? ORDER BY id DESC LIMIT ?");
    query.bind(forest).bind(limit);
    return read_all(query);
  });
}

}  // namespace morpheus
