#include "daemon/image/nats_conf.hpp"

#include <fmt/format.h>

#include <string_view>

namespace morpheus {
namespace {

// A server's own ports, and where it serves clients and monitoring.
struct Listen {
  std::string server_name;
  std::string client_host;
  int client_port;
  int monitor_port;
  std::string route_host;
  int route_port;
};

// A string of NATS's configuration language: double quotes, backslash escapes; bytes that the lexer has no escape for go as
// \xHH.
std::string quoted(std::string_view text) {
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

// RFC 3986: everything but the unreserved characters.
std::string url_encoded(std::string_view text) {
  constexpr std::string_view unreserved =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  std::string out;
  for (const char c : text) {
    out += unreserved.find(c) != std::string_view::npos ? std::string(1, c)
                                                        : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return out;
}

std::string any_if_empty(const std::string& address) { return address.empty() ? "::" : address; }

bool is_loopback(const std::string& address) { return address.starts_with("127.") || address == "::1"; }

std::string render_listen(const Listen& listen) {
  return fmt::format("server_name: {}\nlisten: {}\nhttp: {}\n\n", quoted(listen.server_name),
                     quoted(host_port(listen.client_host, listen.client_port)),
                     quoted(host_port(listen.client_host, listen.monitor_port)));
}

std::string render_cluster(const NodeSpec& spec, const Listen& listen, const std::vector<Route>& routes) {
  std::string out = fmt::format("cluster {{\n  name: {}\n  listen: {}\n", quoted(spec.forest),
                                quoted(host_port(listen.route_host, listen.route_port)));
  // Without it gossip tells peers the socket's source address.
  if (!spec.address.empty()) {
    out += fmt::format("  advertise: {}\n", quoted(host_port(spec.address, listen.route_port)));
  }
  out += fmt::format("  authorization {{ user: \"route\", password: {} }}\n  routes: [\n",
                     quoted(spec.secrets.route_password));
  for (const Route& route : routes) {
    out += fmt::format("    {}\n", quoted(fmt::format("nats-route://route:{}@{}", url_encoded(spec.secrets.route_password),
                                                      host_port(route.host, route.port))));
  }
  return out + "  ]\n}\n\n";
}

// Clients without credentials are users of APP: NATS_URL names no password, and who reaches the client port is the
// firewall's business. The system account needs its password.
std::string render_accounts(const ForestSecrets& secrets) {
  return fmt::format(
      "accounts {{\n  $SYS {{ users: [ {{ user: \"system\", password: {} }} ] }}\n"
      "  APP {{ jetstream: enabled, users: [ {{ user: \"app\", password: {} }} ] }}\n}}\nno_auth_user: \"app\"\n\n",
      quoted(secrets.system_password), quoted(secrets.client_password));
}

}  // namespace

std::string render_nats_conf(const NodeSpec& spec, const NodePaths& paths) {
  const Listen listen{spec.server_name, any_if_empty(spec.address), client_port,
                      monitor_port,     any_if_empty(spec.address), route_port};
  std::string out = render_listen(listen) + render_cluster(spec, listen, spec.routes) + render_accounts(spec.secrets);
  if (spec.role == NodeRole::core) {
    out += fmt::format("jetstream {{\n  store_dir: {}\n  max_mem: {}\n  max_file: {}\n}}\n\n", quoted(paths.data),
                       spec.max_memory, spec.max_file);
  }
  // SIGUSR2 hands the clients over for this long; 30 s is the least that nats-server takes.
  return out + "lame_duck_grace_period: \"2s\"\nlame_duck_duration: \"30s\"\n";
}

std::string render_witness_conf(const NodeSpec& spec, const NodePaths& paths) {
  const std::string inside = is_loopback(spec.address) ? spec.address : "127.0.0.1";
  const Listen listen{witness_server_name(spec.server_name), inside,
                      witness_client_port,                   witness_monitor_port,
                      any_if_empty(spec.address),            witness_route_port};
  std::string out = render_listen(listen) + render_cluster(spec, listen, spec.routes) + render_accounts(spec.secrets);
  // A vote without a place: no stream is ever put here.
  return out + fmt::format("jetstream {{\n  store_dir: {}\n  max_mem: 1\n  max_file: 1\n}}\n", quoted(paths.witness_data));
}

std::string witness_server_name(const std::string& server_name) { return server_name + "-witness"; }

std::string host_port(const std::string& host, int port) {
  const bool ipv6 = host.find(':') != std::string::npos;
  return ipv6 ? fmt::format("[{}]:{}", host, port) : fmt::format("{}:{}", host, port);
}

}  // namespace morpheus
