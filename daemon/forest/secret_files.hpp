#pragma once

#include <filesystem>

#include "daemon/forest/secrets_keeper.hpp"
#include "daemon/runtime/ids.hpp"

namespace morpheus {

// One file a forest, <state_dir>/forests/<name>/secrets.json, mode 0600 in a directory of mode 0700; whole or not there. Each
// says which installation (the database's id) made it.
class SecretFiles : public SecretsKeeper {
 public:
  SecretFiles(std::filesystem::path state_dir, std::string installation_id, Ids& ids);
  Result<> make(const std::string& forest) override;
  Result<ForestSecrets> get(const std::string& forest) override;
  Result<> remove(const std::string& forest) override;

 private:
  std::filesystem::path file_of(const std::string& forest) const { return directory_ / forest / "secrets.json"; }
  Result<> write_new(const std::filesystem::path& file);

  std::filesystem::path directory_;
  std::string installation_id_;
  Ids& ids_;
};

}  // namespace morpheus
