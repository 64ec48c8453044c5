#include "daemon/provider/hetzner/resource/ssh_key.hpp"

#include "daemon/provider/hetzner/api/answer.hpp"

namespace morpheus::hetzner {

SshKey read_ssh_key(const JsonObject& json) {
  SshKey key;
  key.id = json.integer("id");
  key.name = json.shown("name", longest_api_name);
  key.fingerprint = json.shown("fingerprint", longest_api_word);
  return key;
}

SshKey read_one_ssh_key(const JsonObject& answer) { return read_ssh_key(answer.object("ssh_key")); }

}  // namespace morpheus::hetzner
