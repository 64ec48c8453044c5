#include "daemon/provider/hetzner/resource/placement_group.hpp"

#include "daemon/provider/hetzner/api/answer.hpp"

namespace morpheus::hetzner {

PlacementGroup read_placement_group(const JsonObject& json) {
  PlacementGroup group;
  group.id = json.integer("id");
  group.name = json.shown("name", longest_api_name);
  for (const JsonValue& each : json.array("servers")) group.servers.push_back(each.integer());
  group.labels = read_labels(json);
  return group;
}

PlacementGroup read_one_placement_group(const JsonObject& answer) { return read_placement_group(answer.object("placement_group")); }

}  // namespace morpheus::hetzner
