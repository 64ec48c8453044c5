#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "tests/tools/child.hpp"
#include "tests/tools/temp_dir.hpp"

namespace morpheus {

// A node that lies (tests/tools/lying_node/): it answers at the monitoring and client ports of an address.
class LyingNode {
 public:
  // Throws with its log if it does not start. Nothing is answered before tell().
  explicit LyingNode(const std::string& address);

  // What it says from now on; the shape stands in lying_node/__main__.py.
  void tell(const nlohmann::json& lies);

  // How often it has given that lie.
  int fired(const std::string& endpoint, const std::string& name) const;

 private:
  TempDir dir_;
  std::optional<Child> process_;
};

}  // namespace morpheus
