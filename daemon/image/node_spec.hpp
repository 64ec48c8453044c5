#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/config/config.hpp"
#include "common/model/forest.hpp"
#include "common/model/node.hpp"
#include "daemon/image/secrets.hpp"

namespace morpheus {

// The ports of every node, on its own address. The witness serves clients and monitoring on loopback alone.
inline constexpr int client_port = 4222;
inline constexpr int route_port = 6222;
inline constexpr int monitor_port = 8222;
inline constexpr int witness_client_port = 4223;
inline constexpr int witness_route_port = 6223;
inline constexpr int witness_monitor_port = 8223;

// A server that another one keeps an explicit route to.
struct Route {
  std::string host;  // without brackets
  int port = route_port;

  bool operator==(const Route&) const = default;
};

// What a node is to be: all that its files are rendered from.
struct NodeSpec {
  std::string forest;
  std::string node;         // the machine's name
  std::string server_name;  // NATS's
  int index = 0;
  NodeRole role = NodeRole::core;
  std::string address;  // empty where the machine is to find its own
  bool witness = false;
  std::vector<Route> routes;    // itself included on a core: JetStream refuses an empty list (docs: NATS facts)
  std::int64_t max_memory = 0;  // bytes, JetStream
  std::int64_t max_file = 0;    // bytes, JetStream
  ForestSecrets secrets;
  std::optional<NodeIdentity> identity;  // unset: routes never leave this computer
};

// Decides a node's routes from what its forest consists of. A core that is planted with others (`planted` > 1) lists exactly
// the planted cores, itself included, so that all have the identical list; any other node lists itself, every node that has
// an address and is not on its way down, and the witness while it is not retired.
NodeSpec make_node_spec(const Forest& forest, const Node& node, const std::vector<Node>& nodes, int planted_cores,
                        const ForestSecrets& secrets, const Config::JetStream& jetstream);

}  // namespace morpheus
