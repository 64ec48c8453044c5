#include "daemon/store/impl.hpp"

namespace morpheus {
namespace {

const std::string select_nodes =
    "SELECT id, forest_id, node_index, name, server_name, intent, role, state, since_wall, since_boot, "
    "since_boot_id, "
    "witness, machine_id, address, cores, memory_bytes, operation_id, in_meta_group, reason, created, "
    "machine_type, location, monthly_cost FROM nodes ";

std::optional<Node> next_node(sql::Query& query) {
  if (!query.next()) return std::nullopt;
  Node node;
  query.into(node.id, node.forest_id, node.index, node.name, node.server_name, node.intent, node.role,
             node.state, node.state_since, node.witness, node.machine_id, node.address, node.capacity.cores,
             node.capacity.memory_bytes, node.operation_id, node.in_meta_group, node.reason, node.created, node.machine_type, node.location, node.monthly_cost);
  return node;
}

// Every column but the id, in the order of both statements below.
sql::Query& bind(sql::Query& query, const Node& node) {
  return query.with(node.forest_id, node.index, node.name, node.server_name, node.intent, node.role,
                    node.state, node.state_since, node.witness, node.machine_id, node.address,
                    node.capacity.cores, node.capacity.memory_bytes, node.operation_id, node.in_meta_group,
                    node.reason, node.created, node.machine_type, node.location, node.monthly_cost);
}

}  // namespace

std::int64_t Store::add_node(const Node& node) {
  Change change(*impl_);
  {
    sql::Query query(
        impl_->database,
        "INSERT INTO nodes (forest_id, node_index, name, server_name, intent, role, state, since_wall, "
        "since_boot, since_boot_id, witness, machine_id, address, cores, memory_bytes, operation_id, "
        "in_meta_group, reason, created, machine_type, location, monthly_cost) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    bind(query, node).run();
  }
  const std::int64_t id = impl_->database.last_id();
  change.commit();
  return id;
}

void Store::update_node(const Node& node) {
  Change change(*impl_);
  {
    sql::Query query(
        impl_->database,
        "UPDATE nodes SET forest_id = ?, node_index = ?, name = ?, server_name = ?, intent = ?, role = ?, "
        "state = ?, since_wall = ?, since_boot = ?, since_boot_id = ?, witness = ?, machine_id = ?, "
        "address = ?, cores = ?, memory_bytes = ?, operation_id = ?, in_meta_group = ?, reason = ?, "
        "created = ?, machine_type = ?, location = ?, monthly_cost = ? WHERE id = ?");
    const int rows = bind(query, node).with(node.id).run();
    if (rows != 1) impl_->database.fail(fmt::format("a bug: update of node {}, which is not there", node.id));
  }
  change.commit();
}

std::vector<Node> Store::nodes(std::int64_t forest_id) const {
  static const std::string text = select_nodes + "WHERE forest_id = ? ORDER BY id";
  sql::Query query(impl_->database, text);
  query.with(forest_id);
  std::vector<Node> found;
  while (auto node = next_node(query)) found.push_back(std::move(*node));
  return found;
}

NodeList Store::known_nodes(std::int64_t forest_id) const {
  const auto read = [&] { return nodes(forest_id); };
  return impl_->nodes.of(forest_id, read);
}

std::optional<Node> Store::node(std::int64_t id) const {
  static const std::string text = select_nodes + "WHERE id = ?";
  sql::Query query(impl_->database, text);
  return next_node(query.with(id));
}

}  // namespace morpheus
