#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "tests/tools/child.hpp"
#include "tests/tools/temp_dir.hpp"

namespace morpheus {

// A fake of the Hetzner API (tests/fake_hetzner) of its own, whose servers are real nats-servers or nothing.
class FakeCloud {
 public:
  // `arguments` are those of the fake, over the usual ones. Throws with its log if it does not start.
  explicit FakeCloud(std::vector<std::string> arguments = {"--machines", "nats"});
  ~FakeCloud();

  std::string endpoint() const;

  // Asks the fake itself (/_fake/...); throws if it refuses.
  void tell(const std::string& what, const nlohmann::json& body) const;
  void fault(const nlohmann::json& description) const { tell("faults", description); }
  void clear_faults() const;
  // How often all faults that were asked for have fired, and the names of those that did.
  int fired() const;
  std::vector<std::string> fired_names() const;

  // Deletes every SSH key through the API, as somebody else may.
  void delete_keys() const;

  // What exists: {"counts": {...}, "servers": [...], ...}
  nlohmann::json state() const;
  int count(const std::string& kind) const;

  // What was ever asked of the API, oldest first.
  std::vector<nlohmann::json> journal() const;
  // Names of all that was ever created or deleted of that kind, oldest first.
  std::vector<std::string> created(const std::string& kind) const { return changed("created", kind); }
  std::vector<std::string> deleted(const std::string& kind) const { return changed("deleted", kind); }

  std::filesystem::path machines() const { return dir_ / "fake/machines"; }

 private:
  std::string get(const std::string& what) const;
  std::vector<std::string> changed(const std::string& how, const std::string& kind) const;

  TempDir dir_;
  std::optional<Child> process_;
  std::string port_;
};

}  // namespace morpheus
