#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "daemon/runtime/clock.hpp"
#include "daemon/runtime/ids.hpp"
#include "daemon/secrets/certificates.hpp"
#include "daemon/secrets/secrets_keeper.hpp"

namespace morpheus {

// One file a forest, <state_dir>/forests/<name>/secrets.json, mode 0600 in a directory of mode 0700; whole or not there. Each
// says which installation (the database's id) made it.
class SecretFiles : public SecretsKeeper {
 public:
  SecretFiles(std::filesystem::path state_dir, std::string installation_id, const Clock& clock, Ids& ids);
  Result<> make(const std::string& forest) override;
  Result<ForestSecrets> get(const std::string& forest) override;
  Result<NodeIdentity> issue(const std::string& forest, const std::string& server_name, const std::string& address) override;
  Result<> remove(const std::string& forest) override;

 private:
  std::filesystem::path file_of(const std::string& forest) const { return directory_ / forest / "secrets.json"; }
  Result<> write_new(const std::string& forest);

  struct Kept {
    std::string installation_id;
    ForestSecrets secrets;
    KeyPair authority;
  };
  // Unset: there is no file.
  static Result<std::optional<Kept>> read(const std::filesystem::path& file);
  // This installation's; failed if there are none.
  Result<Kept> own(const std::string& forest) const;

  std::filesystem::path directory_;
  std::string installation_id_;
  const Clock& clock_;
  Ids& ids_;
};

}  // namespace morpheus
