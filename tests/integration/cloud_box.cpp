#include "tests/integration/cloud_box.hpp"

#include <fmt/format.h>

namespace morpheus {

BoxSettings in_cloud(const FakeCloud& cloud, const std::string& hetzner) {
  BoxSettings settings;
  settings.max_nodes = 8;
  settings.environment = {"HCLOUD_TOKEN=token"};
  settings.more = fmt::format("hetzner: {{endpoint: \"{}\", {}}}\nsecurity: {{admin_cidrs: [127.0.0.0/8]}}\n", cloud.endpoint(), hetzner);
  return settings;
}

std::vector<std::string> addresses_of(const DaemonBox& box, const std::string& forest) {
  std::vector<std::string> addresses;
  const auto status = box.ask({"status", forest});
  for (const auto& node : status["nodes"]) addresses.push_back(node["address"]);
  return addresses;
}

}  // namespace morpheus
