#include "daemon/provider/hetzner/labels.hpp"

#include <fmt/format.h>

#include "daemon/provider/hetzner/api.hpp"
#include "daemon/provider/hetzner/json.hpp"

namespace morpheus::hetzner {

nlohmann::json Ownership::labels(const std::string& forest) const {
  return nlohmann::json{{managed_by, morpheus_value}, {controller_label, controller_}, {forest_label, forest}};
}

nlohmann::json Ownership::labels(const std::string& forest, const std::string& node, const std::string& intent) const {
  auto labels = this->labels(forest);
  labels[node_label] = node;
  if (!intent.empty()) labels[intent_label] = intent;
  return labels;
}

std::string Ownership::select_forest(const std::string& forest) const {
  return query_value(fmt::format("{}={},{}={},{}={}", managed_by, morpheus_value, controller_label, controller_, forest_label,
                                 forest));
}

std::string Ownership::select_own() const {
  return query_value(fmt::format("{}={},{}={}", managed_by, morpheus_value, controller_label, controller_));
}

std::string Ownership::select_managed() { return query_value(fmt::format("{}={}", managed_by, morpheus_value)); }

bool Ownership::owns(const nlohmann::json& thing) const {
  return label_at(thing, managed_by) == morpheus_value && label_at(thing, controller_label) == controller_;
}

std::string label_at(const nlohmann::json& thing, const char* name) {
  const auto labels = thing.find("labels");
  return labels == thing.end() ? std::string() : text_at(*labels, name);
}

}  // namespace morpheus::hetzner
