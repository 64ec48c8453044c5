#pragma once

#include <set>
#include <string>
#include <vector>

#include "daemon/provider/hetzner/fence/fenced_api.hpp"
#include "daemon/provider/hetzner/resource/ssh_key.hpp"
#include "daemon/provider/repairs.hpp"

namespace morpheus::hetzner {

// The keys that machines are created with. An entry of hetzner.ssh_keys is the name or the MD5 fingerprint of a key of the
// project, or a public key itself ("ssh-ed25519 AAAA..."), or the absolute path of its file. Public keys are found by
// their fingerprint, and uploaded if the project has none such; they are shared by all forests and never deleted.
class SshKeys {
 public:
  SshKeys(FencedApi& api, Repairs& repairs, std::vector<std::string> entries)
      : api_(api), repairs_(repairs), entries_(std::move(entries)) {}

  // The keys' ids, each once. With `upload` false a public key that the project does not have is left out. invalid: no such key.
  asio::awaitable<Result<std::vector<std::int64_t>>> ids(bool upload, Urgency urgency = Urgency::normal);

 private:
  struct Upload {
    std::int64_t id = 0;
    bool is_new = false;  // nobody else was quicker
  };

  asio::awaitable<Result<Upload>> upload_key(std::string public_key, std::string fingerprint);

  FencedApi& api_;
  Repairs& repairs_;
  std::vector<std::string> entries_;
  std::set<std::string> seen_;  // fingerprints that the project had
};

// An entry as a public key's text; empty: it is a name or a fingerprint. invalid: its file has none, or is not UTF-8.
Result<std::string> public_key_of(const std::string& entry);

// "aa:bb:...", as the API and ssh-keygen -E md5 print it; invalid: not a public key.
Result<std::string> md5_fingerprint(const std::string& public_key);

}  // namespace morpheus::hetzner
