#pragma once

#include <set>

#include "tests/unit/provider/local_forest.hpp"

namespace morpheus {

// The forest's nodes as the daemon would have stored them, and what their servers say of the cluster.
class LocalCluster : public LocalForest {
 public:
  // Reserves every address first, then starts `cores` cores with one list of routes. One alone has a witness.
  void plant(int cores) {
    for (int i = 0; i < cores; ++i) nodes_.push_back(planned(NodeRole::core));
    nodes_.front().witness = cores == 1;
    for (Node& node : nodes_) raise(node, cores);
  }

  // Starts one more node, which lists all that are there.
  Node& grow(NodeRole role) {
    nodes_.push_back(planned(role));
    raise(nodes_.back(), 0);
    return nodes_.back();
  }

  std::vector<Node>& nodes() { return nodes_; }

  static nlohmann::json meta_of(const Node& node) {
    return member(get_json(node.address, 8222, "/jsz"), "meta_cluster");
  }

  // The leader's view, whichever node it is; null while none of the nodes leads.
  nlohmann::json leader_view() {
    for (const Node& node : nodes_) {
      auto meta = meta_of(node);
      if (member(meta, "leader") == node.server_name) return meta;
    }
    return nullptr;
  }

  // Somebody leads `size` servers, and this one is current.
  bool is_current(const Node& node, int size) {
    for (const Node& each : nodes_) {
      if (is_current_for(meta_of(each), node, size)) return true;
    }
    // A witness that leads tells it on its own port alone.
    const auto witness = get_json(nodes_.front().address, 8223, "/jsz");
    return is_current_for(member(witness, "meta_cluster"), node, size);
  }

  bool routes_to(const Node& node, std::size_t others) {
    std::set<std::string> ids;
    const auto routes = member(get_json(node.address, 8222, "/routez"), "routes");
    for (const auto& route : routes) ids.insert(route.value("remote_id", ""));
    return ids.size() == others;
  }

 private:
  static bool is_current_for(const nlohmann::json& meta, const Node& node, int size) {
    if (member(meta, "cluster_size") != size || !member(meta, "replicas").is_array()) return false;
    if (member(meta, "leader") == node.server_name) return true;
    for (const auto& replica : member(meta, "replicas")) {
      if (member(replica, "name") == node.server_name) return member(replica, "current") == true;
    }
    return false;
  }

  Node planned(NodeRole role) {
    Node node;
    node.id = node.index = ++last_index_;
    node.name = node.server_name = "f-node-" + std::to_string(node.index);
    node.role = role;
    node.state = NodeState::creating;
    const auto address = run(provider().reserve_address("f", node.name));
    if (address) node.address = *address;
    return node;
  }

  void raise(Node& node, int planted_cores) {
    const auto made = run(provider().create(spec_of(node, nodes_, planted_cores)));
    ASSERT_TRUE(made) << describe(made.error());
    node.state = NodeState::ready;
  }

  std::vector<Node> nodes_;
  int last_index_ = 0;
};

}  // namespace morpheus
