#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace morpheus::hetzner {

// The labels that say whose a thing is (shared with every other daemon on the account).
inline constexpr const char* managed_by = "managed-by";
inline constexpr const char* morpheus_value = "morpheus";
inline constexpr const char* controller_label = "morpheus-controller";
inline constexpr const char* forest_label = "morpheus-forest";
inline constexpr const char* node_label = "morpheus-node";
inline constexpr const char* intent_label = "morpheus-intent";

// A thing's label; empty: it has none of that name.
std::string label_at(const nlohmann::json& thing, const char* name);

// Whose things are: this installation's.
class Ownership {
 public:
  explicit Ownership(std::string controller) : controller_(std::move(controller)) {}

  const std::string& controller() const { return controller_; }

  // Of what belongs to a forest as a whole.
  nlohmann::json labels(const std::string& forest) const;
  // Of one node's machine or address. `intent` may be empty.
  nlohmann::json labels(const std::string& forest, const std::string& node, const std::string& intent) const;

  // Label selectors, percent-encoded.
  std::string select_forest(const std::string& forest) const;
  std::string select_own() const;
  static std::string select_managed();

  // The thing carries our labels.
  bool owns(const nlohmann::json& thing) const;

 private:
  std::string controller_;
};

}  // namespace morpheus::hetzner
