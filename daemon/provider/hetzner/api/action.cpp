#include "daemon/provider/hetzner/api/action.hpp"

#include "common/decode/text.hpp"

namespace morpheus::hetzner {

Action read_action(const JsonObject& json) {
  Action action;
  action.id = json.integer("id");
  action.command = json.optional_shown("command", longest_api_word).value_or("");
  action.status = json.shown("status", longest_api_word);
  const auto error = json.optional_object("error");
  if (!error) return action;
  action.code = error->optional_shown("code", longest_api_word).value_or("");
  action.message = error->optional_shown("message", longest_error).value_or("");
  return action;
}

Action read_started_action(const JsonObject& answer) { return read_action(answer.object("action")); }

std::vector<Action> read_actions(const JsonObject& answer) {
  std::vector<Action> actions;
  for (const JsonValue& each : answer.array("actions")) actions.push_back(read_action(each.object()));
  return actions;
}

}  // namespace morpheus::hetzner
