#pragma once

#include <string>

#include "daemon/image/node_spec.hpp"

namespace morpheus {

// Where a machine keeps what its servers write.
struct NodePaths {
  std::string data;          // JetStream's store of the node's server
  std::string witness_data;  // of the witness
  std::string tls = {};      // ca.crt, node.crt and node.key, where the node has an identity
};

// May ask each server for its view of the meta group, and nothing else; for the unit that retires the witness.
inline constexpr const char* retire_user = "retire";

// The node's nats.conf: server name, cluster with routes that prove themselves (by certificate; on this computer by password) and
// its own address advertised, the accounts with a system user, TLS for clients that want it, and JetStream on a core. Every value is quoted for NATS's configuration language.
std::string render_nats_conf(const NodeSpec& spec, const NodePaths& paths);

// The witness's: JetStream without storage, clients and monitoring on loopback alone, routes on witness_route_port.
std::string render_witness_conf(const NodeSpec& spec, const NodePaths& paths);

// The server name of a node's witness.
std::string witness_server_name(const std::string& server_name);

// "host:port" with brackets around an IPv6 address.
std::string host_port(const std::string& host, int port);

}  // namespace morpheus
