#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "daemon/provider/hetzner/api/answer.hpp"

namespace morpheus::hetzner {

// What the API does after it has answered.
struct Action {
  std::int64_t id = 0;
  std::string command;  // create_server, ...; empty: it is not told
  std::string status;   // running, success, error
  std::string code;     // of the error; empty: none
  std::string message;  // likewise
};

Action read_action(const JsonObject& json);
// Of {"action": ...}.
Action read_started_action(const JsonObject& answer);
// Of {"actions": [...]}.
std::vector<Action> read_actions(const JsonObject& answer);

}  // namespace morpheus::hetzner
