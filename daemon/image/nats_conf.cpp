#include "daemon/image/nats_conf.hpp"

#include <fmt/format.h>

#include <string_view>

namespace morpheus {
namespace {

constexpr std::string_view any_host = "0.0.0.0";  // nats-server listens on IPv6 too then
constexpr std::string_view loopback = "127.0.0.1";

bool is_unreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
         c == '_' || c == '~';
}

// A string of NATS's configuration language. In double quotes neither `$` nor `#` nor `%` mean anything.
std::string quoted_text(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < 0x20 || byte == 0x7f) {
      out += fmt::format("\\x{:02X}", byte);
    } else {
      out += c;
    }
  }
  return out + '"';
}

std::string url_encoded(std::string_view text) {
  std::string out;
  for (const char c : text) {
    out += is_unreserved(c) ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return out;
}

std::string route_url(const NodeSpec& spec, const Route& route) {
  std::string host = route.host.empty() ? spec.address : route.host;
  if (host.empty()) host = loopback;
  if (spec.identity) return quoted_text("nats-route://" + host_port(host, route.port));
  return quoted_text(fmt::format("nats-route://route:{}@{}", url_encoded(spec.secrets.route_password),
                            host_port(host, route.port)));
}

bool is_loopback(const std::string& address) { return address.starts_with("127.") || address == "::1"; }

// A machine has its address for itself; on loopback others live beside it.
std::string listen_host(const NodeSpec& spec) {
  return is_loopback(spec.address) ? spec.address : std::string(any_host);
}

std::string tls_files(const std::string& directory) {
  return fmt::format("ca_file: {}, cert_file: {}, key_file: {}, timeout: 5", quoted_text(directory + "/ca.crt"),
                     quoted_text(directory + "/node.crt"), quoted_text(directory + "/node.key"));
}

// Routes verify each other's certificates, whoever connects to whom.
std::string route_proof(const NodeSpec& spec, const NodePaths& paths) {
  if (spec.identity) return fmt::format("  tls {{ {}, verify: true }}\n", tls_files(paths.tls));
  return fmt::format("  authorization {{ user: \"route\", password: {} }}\n", quoted_text(spec.secrets.route_password));
}

std::string cluster_block(const NodeSpec& spec, const NodePaths& paths, const std::vector<Route>& routes, int port) {
  const std::string host = listen_host(spec);
  std::string text = fmt::format("cluster {{\n  name: {}\n  listen: {}\n", quoted_text(spec.forest),
                                 quoted_text(host_port(host, port)));
  // Gossip otherwise tells the others the address that a connection happened to come from.
  if (!spec.address.empty()) text += fmt::format("  advertise: {}\n", quoted_text(host_port(spec.address, port)));
  text += route_proof(spec, paths);
  text += "  routes: [\n";
  for (const Route& route : routes) text += fmt::format("    {}\n", route_url(spec, route));
  return text + "  ]\n}\n";
}

// The machine's own unit asks with a password, on the machine itself: it may see who is in the meta group.
std::string retire_entry(const NodeSpec& spec) {
  if (!spec.witness || !spec.identity) return "";
  return fmt::format(
      "    {{ user: {}, password: {}, permissions: {{ publish: \"$SYS.REQ.SERVER.PING.JSZ\", subscribe: \"_INBOX.>\" }} }}\n",
      quoted_text(retire_user), quoted_text(spec.secrets.retire_password));
}

// APP has JetStream on every server: an edge without a store of its own still serves JetStream's clients.
std::string accounts_block(const NodeSpec& spec) {
  return fmt::format(
      "accounts {{\n"
      "  $SYS {{ users: [\n    {{ nkey: {} }}\n{}  ] }}\n"
      "  APP {{ jetstream: enabled, users: [ {{ user: \"app\" }} ] }}\n"
      "}}\n",
      quoted_text(spec.secrets.system_key), retire_entry(spec));
}

std::string jetstream_block(const std::string& store, std::int64_t memory, std::int64_t file) {
  return fmt::format("jetstream {{\n  store_dir: {}\n  max_mem: {}\n  max_file: {}\n}}\n", quoted_text(store),
                     memory, file);
}

std::string listen_block(const std::string& host, int client, int monitor) {
  return fmt::format("listen: {}\nhttp: {}\n", quoted_text(host_port(host, client)),
                     quoted_text(host_port(host, monitor)));
}

// Where the witness serves clients and monitoring: nowhere that another machine reaches.
std::string witness_host(const NodeSpec& spec) {
  return is_loopback(spec.address) ? spec.address : std::string(loopback);
}

}  // namespace

std::string render_nats_conf(const NodeSpec& spec, const NodePaths& paths) {
  const std::string host = listen_host(spec);
  std::string text = fmt::format("server_name: {}\n", quoted_text(spec.server_name));
  text += listen_block(host, client_port, monitor_port);
  // What clients are told of the others; a machine without IPv4 could not say what 0.0.0.0 is.
  if (!spec.address.empty()) text += fmt::format("client_advertise: {}\n", quoted_text(host_port(spec.address, client_port)));
  text += cluster_block(spec, paths, spec.routes, route_port);
  text += accounts_block(spec);
  text += "# A client without credentials is the application's: the firewall guards the client port.\n";
  text += "no_auth_user: \"app\"\n";
  if (spec.identity) text += fmt::format("tls {{ {} }}\nallow_non_tls: true\n", tls_files(paths.tls));
  if (spec.role == NodeRole::core) text += jetstream_block(paths.data, spec.max_memory, spec.max_file);
  text += "# Draining: clients are sent on over the duration, the first of them after the grace period.\n";
  text += "lame_duck_duration: \"30s\"\nlame_duck_grace_period: \"1s\"\n";
  return text;
}

std::string render_witness_conf(const NodeSpec& spec, const NodePaths& paths) {
  std::string text = fmt::format("server_name: {}\n", quoted_text(witness_server_name(spec.server_name)));
  text += listen_block(witness_host(spec), witness_client_port, witness_monitor_port);
  const std::vector<Route> routes{{spec.address, route_port}, {spec.address, witness_route_port}};
  text += cluster_block(spec, paths, routes, witness_route_port);
  text += accounts_block(spec);
  text += "# It votes, and has no room for a stream.\n";
  text += jetstream_block(paths.witness_data, 1, 1);
  return text;
}

std::string witness_server_name(const std::string& server_name) { return server_name + "-witness"; }

std::string host_port(const std::string& host, int port) {
  const bool is_ipv6 = host.find(':') != std::string::npos;
  return is_ipv6 ? fmt::format("[{}]:{}", host, port) : fmt::format("{}:{}", host, port);
}

}  // namespace morpheus
