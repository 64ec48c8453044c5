#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "common/model/path_name.hpp"
#include "daemon/runtime/clock.hpp"
#include "daemon/runtime/ids.hpp"
#include "daemon/secrets/certificates.hpp"
#include "daemon/secrets/nkey.hpp"
#include "daemon/secrets/secrets_keeper.hpp"

namespace morpheus {

// What a file says.
struct KeptSecrets {
  std::string installation_id;
  ForestSecrets secrets;
  KeyPair authority;
};

// failed: it is damaged; the message names the file and the field.
Result<KeptSecrets> parse_secrets(const std::filesystem::path& file, std::string_view text);

// One file a forest, <state_dir>/forests/<name>/secrets.json, mode 0600 in a directory of mode 0700; whole or not there. Each
// says which installation (the database's id) made it.
class SecretFiles : public SecretsKeeper {
 public:
  SecretFiles(std::filesystem::path state_dir, std::string installation_id, const Clock& clock, Ids& ids);
  Result<> make(const std::string& forest) override;
  Result<ForestSecrets> get(const std::string& forest) override;
  Result<NodeIdentity> issue(const std::string& forest, const std::string& server_name, const std::string& address) override;
  Result<> remove(const std::string& forest) override;
  Result<WallTime> certificates_end(const std::string& forest) override;

 private:
  // Throws std::invalid_argument for what is no forest's name; whoever is asked for a forest has checked that.
  std::filesystem::path file_of(const std::string& forest) const { return path_below(directory_, forest) / "secrets.json"; }
  Result<> write_new(const std::string& forest);
  Result<std::pair<Nkey, KeyPair>> make_keys(const std::string& forest);

  // Unset: there is no file.
  static Result<std::optional<KeptSecrets>> read(const std::filesystem::path& file);
  // This installation's; failed if there are none.
  Result<KeptSecrets> own(const std::string& forest) const;

  std::filesystem::path directory_;
  std::string installation_id_;
  const Clock& clock_;
  Ids& ids_;
  std::map<std::string, WallTime> ends_;  // by forest; its authority stays
};

}  // namespace morpheus
