#pragma once

#include <string>

#include "common/error.hpp"

namespace morpheus::hetzner {

// The API token: systemd's credential hcloud-token, else the file (refused if others can read it), else HCLOUD_TOKEN, which is
// taken out of this process's environment so that no child inherits it. not_found: there is none. It is in no error.
Result<std::string> read_token(const std::string& token_file);

}  // namespace morpheus::hetzner
