#pragma once

#include <string>
#include <vector>

#include "daemon/provider/hetzner/api.hpp"
#include "daemon/provider/hetzner/ssh_key.hpp"

namespace morpheus::hetzner {

// The keys that machines are created with. An entry of hetzner.ssh_keys is the name or the MD5 fingerprint of a key of the
// project, or a public key itself ("ssh-ed25519 AAAA..."), or the absolute path of its file. Public keys are found by
// their fingerprint, and uploaded if the project has none such; they are shared by all forests and never deleted.
class SshKeys {
 public:
  SshKeys(Api& api, std::vector<std::string> entries) : api_(api), entries_(std::move(entries)) {}

  // The keys' ids, each once. With `upload` false a public key that the project does not have is left out. invalid: no such key.
  asio::awaitable<Result<std::vector<std::int64_t>>> ids(bool upload);

 private:
  asio::awaitable<Result<std::int64_t>> upload_key(std::string public_key, std::string fingerprint);

  Api& api_;
  std::vector<std::string> entries_;
};

// "aa:bb:...", as the API and ssh-keygen -E md5 print it; invalid: not a public key.
Result<std::string> md5_fingerprint(const std::string& public_key);

}  // namespace morpheus::hetzner
