#pragma once

#include <filesystem>

#include "daemon/forest/secrets_keeper.hpp"
#include "daemon/runtime/ids.hpp"

namespace morpheus {

// One file a forest, <state_dir>/forests/<name>/secrets.json, mode 0600 in a directory of mode 0700; whole or not there.
class SecretFiles : public SecretsKeeper {
 public:
  SecretFiles(std::filesystem::path state_dir, Ids& ids);
  Result<ForestSecrets> get(const std::string& forest) override;
  Result<> remove(const std::string& forest) override;

 private:
  Result<ForestSecrets> make(const std::filesystem::path& file);

  std::filesystem::path directory_;
  Ids& ids_;
};

}  // namespace morpheus
