#include "daemon/provider/hetzner/firewall.hpp"

#include "common/model/network.hpp"
#include "daemon/provider/hetzner/answer.hpp"

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

}  // namespace

Firewall read_firewall(const JsonObject& json) {
  Firewall firewall;
  firewall.id = json.integer("id");
  firewall.name = json.shown("name", longest_api_name);
  firewall.labels = read_labels(json);
  for (const JsonValue& each : json.array("rules")) firewall.rules.push_back(read_rule(each.object()));
  return firewall;
}

Firewall read_one_firewall(const JsonObject& answer) { return read_firewall(answer.object("firewall")); }

}  // namespace morpheus::hetzner
