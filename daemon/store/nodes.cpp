#include "daemon/store/impl.hpp"

namespace morpheus {
namespace {

const std::string columns =
    "id, forest_id, node_index, name, server_name, intent, role, state, since_wall, since_boot, since_boot_id, witness, "
    "machine_id, address, cores, memory_bytes, operation_id, in_meta_group, reason, created";

Node read_node(const Query& query) {
  Row row(query);
  Node node;
  node.id = row.integer();
  node.forest_id = row.integer();
  node.index = static_cast<int>(row.integer());
  node.name = row.text();
  node.server_name = row.text();
  node.intent = row.text();
  node.role = row.name<NodeRole>();
  node.state = row.name<NodeState>();
  node.state_since = row.stamp();
  node.witness = row.boolean();
  node.machine_id = row.text();
  node.address = row.text();
  node.capacity.cores = row.real();
  node.capacity.memory_bytes = row.integer();
  node.operation_id = row.integer();
  node.in_meta_group = row.boolean();
  node.reason = row.text();
  node.created = row.wall();
  return node;
}

void bind_node(Query& query, const Node& node) {
  query.bind(node.forest_id).bind(node.index).bind(node.name).bind(node.server_name).bind(node.intent).bind(node.role);
  query.bind(node.state).bind(node.state_since).bind(node.witness).bind(node.machine_id).bind(node.address);
  query.bind(node.capacity.cores).bind(node.capacity.memory_bytes).bind(node.operation_id).bind(node.in_meta_group);
  query.bind(node.reason).bind(node.created);
}

}  // namespace

std::int64_t Store::add_node(const Node& node) {
  std::int64_t id = 0;
  impl_->change([&] {
    Query query = impl_->query(
        "INSERT INTO nodes (forest_id, node_index, name, server_name, intent, role, state, since_wall, since_boot, "
        "since_boot_id, witness, machine_id, address, cores, memory_bytes, operation_id, in_meta_group, reason, created) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    bind_node(query, node);
    query.run();
    id = impl_->last_id();
  });
  return id;
}

void Store::update_node(const Node& node) {
  impl_->change([&] {
    Query query = impl_->query(
        "UPDATE nodes SET forest_id = ?, node_index = ?, name = ?, server_name = ?, intent = ?, role = ?, state = ?, "
        "since_wall = ?, since_boot = ?, since_boot_id = ?, witness = ?, machine_id = ?, address = ?, cores = ?, "
        "memory_bytes = ?, operation_id = ?, in_meta_group = ?, reason = ?, created = ? WHERE id = ?");
    bind_node(query, node);
    query.bind(node.id).run();
    impl_->expect_changed("node");
  });
}

std::vector<Node> Store::nodes(std::int64_t forest_id) const {
  return impl_->guarded([&] {
    Query query = impl_->query("SELECT " + columns + " FROM nodes WHERE forest_id = ? ORDER BY id");
    query.bind(forest_id);
    std::vector<Node> nodes;
    while (query.next()) nodes.push_back(read_node(query));
    return nodes;
  });
}

std::optional<Node> Store::node(std::int64_t id) const {
  return impl_->guarded([&]() -> std::optional<Node> {
    Query query = impl_->query("SELECT " + columns + " FROM nodes WHERE id = ?");
    query.bind(id);
    if (!query.next()) return std::nullopt;
    return read_node(query);
  });
}

}  // namespace morpheus
