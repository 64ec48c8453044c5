#pragma once

#include <map>
#include <string>
#include <vector>

#include "common/decode/json.hpp"

namespace morpheus::hetzner {

// The labels that say whose a thing is (shared with every other daemon on the account).
inline constexpr const char* managed_by = "managed-by";
inline constexpr const char* morpheus_value = "morpheus";
inline constexpr const char* controller_label = "morpheus-controller";
inline constexpr const char* forest_label = "morpheus-forest";
inline constexpr const char* node_label = "morpheus-node";
inline constexpr const char* intent_label = "morpheus-intent";

using Labels = std::map<std::string, std::string>;

// Of a server, an address, a firewall, ...; empty: it has none.
Labels read_labels(const JsonObject& thing);

// As it may be shown; empty: there is none of that name.
std::string label_at(const Labels& labels, const char* name);

// Whose things are: this installation's.
class Ownership {
 public:
  explicit Ownership(std::string controller) : controller_(std::move(controller)) {}

  const std::string& controller() const { return controller_; }

  // Of what belongs to a forest as a whole.
  Labels labels(const std::string& forest) const;
  // Of one node's machine or address. `intent` may be empty.
  Labels labels(const std::string& forest, const std::string& node, const std::string& intent) const;

  // Label selectors, percent-encoded.
  std::string select_forest(const std::string& forest) const;
  std::string select_own() const;
  static std::string select_managed();

  // What has these labels is ours.
  bool owns(const Labels& labels) const;
  // Of that forest, and ours.
  bool owns(const Labels& labels, const std::string& forest) const;

  // `things` without those that are not ours, although only ours were asked for: what an API lists that ignores the selector is
  // another's, and is neither changed nor deleted.
  template <class Thing>
  std::vector<Thing> own(std::vector<Thing> things) const {
    std::erase_if(things, [this](const Thing& each) { return !owns(each.labels); });
    return things;
  }
  // Likewise of those of a forest.
  template <class Thing>
  std::vector<Thing> own(std::vector<Thing> things, const std::string& forest) const {
    std::erase_if(things, [&](const Thing& each) { return !owns(each.labels, forest); });
    return things;
  }

 private:
  std::string controller_;
};

}  // namespace morpheus::hetzner
