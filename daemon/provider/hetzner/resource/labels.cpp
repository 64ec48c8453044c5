#include "daemon/provider/hetzner/resource/labels.hpp"

#include <fmt/format.h>

#include "common/decode/text.hpp"
#include "daemon/provider/hetzner/api/api_reader.hpp"

namespace morpheus::hetzner {

Labels read_labels(const JsonObject& thing) {
  Labels labels;
  const auto json = thing.optional_object("labels");
  if (!json) return labels;
  for (const auto& [name, value] : json->fields()) labels[name] = value.text();
  return labels;
}

std::string label_at(const Labels& labels, const char* name) {
  const auto found = labels.find(name);
  return found == labels.end() ? std::string() : clean(found->second, longest_api_name);
}

Labels Ownership::labels(const std::string& forest) const {
  return Labels{{managed_by, morpheus_value}, {controller_label, controller_}, {forest_label, forest}};
}

Labels Ownership::labels(const std::string& forest, const std::string& node, const std::string& intent) const {
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

bool Ownership::owns(const Labels& labels) const {
  return label_at(labels, managed_by) == morpheus_value && label_at(labels, controller_label) == controller_;
}

bool Ownership::owns(const Labels& labels, const std::string& forest) const {
  return owns(labels) && label_at(labels, forest_label) == forest;
}

}  // namespace morpheus::hetzner
