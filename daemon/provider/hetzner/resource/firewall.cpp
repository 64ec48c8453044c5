#include "daemon/provider/hetzner/resource/firewall.hpp"

#include "common/model/network.hpp"
#include "daemon/provider/hetzner/api/answer.hpp"

namespace morpheus::hetzner {
namespace {

OpenPorts read_rule(const JsonObject& json) {
  OpenPorts rule;
  rule.direction = json.shown("direction", longest_api_word);
  rule.protocol = json.shown("protocol", longest_api_word);
  rule.ports = json.optional_shown("port", longest_api_word).value_or("");
  const auto sources = json.optional_array("source_ips");
  if (!sources) return rule;
  for (const JsonValue& each : *sources) rule.sources.insert(canonical_network(each.shown(longest_api_word)));
  return rule;
}

// An entry of applied_to, or of applied_to_resources. 0: it is not a server.
std::int64_t read_server_id(const JsonObject& target) {
  const auto server = target.optional_object("server");
  return server ? server->integer("id") : 0;
}

std::set<std::int64_t> read_targets(const JsonObject& json) {
  std::set<std::int64_t> servers;
  for (const JsonValue& each : json.array("applied_to")) {
    const JsonObject target = each.object();
    servers.insert(read_server_id(target));
    const auto selected = target.optional_array("applied_to_resources");
    if (!selected) continue;
    for (const JsonValue& resource : *selected) servers.insert(read_server_id(resource.object()));
  }
  servers.erase(0);
  return servers;
}

}  // namespace

Firewall read_firewall(const JsonObject& json) {
  Firewall firewall;
  firewall.id = json.integer("id");
  firewall.name = json.shown("name", longest_api_name);
  firewall.labels = read_labels(json);
  for (const JsonValue& each : json.array("rules")) firewall.rules.push_back(read_rule(each.object()));
  firewall.servers = read_targets(json);
  return firewall;
}

Firewall read_one_firewall(const JsonObject& answer) { return read_firewall(answer.object("firewall")); }

}  // namespace morpheus::hetzner
