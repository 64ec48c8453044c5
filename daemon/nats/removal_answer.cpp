#include "daemon/nats/removal_answer.hpp"

#include <cstdint>
#include <optional>
#include <string>

#include "common/decode/text.hpp"
#include "daemon/nats/answer_bounds.hpp"

namespace morpheus {
namespace {

constexpr int no_such_peer = 10044;  // err_code: "server is not a member of the cluster"

struct Removal {
  bool done = false;
  std::optional<std::int64_t> code;
  std::optional<std::string> why;  // unset: there is no error
};

Removal read_removal(const JsonObject& answer) {
  Removal removal;
  removal.done = answer.optional_flag("success").value_or(false);
  const auto error = answer.optional_object("error");
  if (removal.done || !error) return removal;
  removal.code = error->optional_integer("err_code");
  removal.why = error->optional_shown("description", longest_error).value_or("without a reason");
  return removal;
}

}  // namespace

Result<> understand_removal(std::string_view answer) {
  const auto removal = decode({"the meta leader's answer"}, answer, answer_bounds, read_removal);
  if (!removal) return removal.error();
  if (removal->done || removal->code == no_such_peer) return {};
  if (!removal->why) return Error{ErrorCode::failed, "the meta leader neither removed the peer nor said why", ""};
  return Error{ErrorCode::failed, "the meta leader refused: " + *removal->why, ""};
}

}  // namespace morpheus
