#include "daemon/provider/hetzner/resource/primary_ip.hpp"

#include "daemon/provider/hetzner/api/answer.hpp"
#include "daemon/provider/hetzner/resource/server.hpp"

namespace morpheus::hetzner {

PrimaryIp read_primary_ip(const JsonObject& json) {
  PrimaryIp ip;
  ip.id = json.integer("id");
  ip.name = json.shown("name", longest_api_name);
  ip.address = own_address(read_ip(json));
  ip.location = name_in(json, "location");
  ip.server = json.optional_integer("assignee_id").value_or(0);
  const Labels labels = read_labels(json);
  ip.controller = label_at(labels, controller_label);
  ip.node = label_at(labels, node_label);
  ip.forest = label_at(labels, forest_label);
  ip.managed = label_at(labels, managed_by) == morpheus_value;
  return ip;
}

PrimaryIp read_one_primary_ip(const JsonObject& answer) { return read_primary_ip(answer.object("primary_ip")); }

}  // namespace morpheus::hetzner
