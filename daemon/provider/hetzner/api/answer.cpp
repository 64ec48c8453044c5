#include "daemon/provider/hetzner/api/answer.hpp"

#include "common/decode/text.hpp"

namespace morpheus::hetzner {

Sender sender_of(const std::string& call) { return Sender{call + " of the cloud's API", ErrorCode::ambiguous, ""}; }

ApiError malformed(const Error& error) { return ApiError{Fault::ambiguous, 0, "", error.message}; }

ErrorBody read_error(const JsonObject& answer) {
  const JsonObject error = answer.object("error");
  ErrorBody body;
  body.code = error.optional_shown("code", longest_api_word).value_or("");
  body.message = error.optional_shown("message", longest_error).value_or("");
  return body;
}

Pagination read_pagination(const JsonObject& answer, std::int64_t page) {
  const JsonObject json = answer.object("meta").object("pagination");
  Pagination pagination;
  if (const auto next = json.find("next_page")) pagination.next = next->integer(page + 1);
  if (const auto total = json.find("total_entries")) pagination.total = total->integer(0);
  return pagination;
}

std::string name_in(const JsonObject& json, const char* field) {
  const auto thing = json.optional_object(field);
  return thing ? thing->shown("name", longest_api_name) : std::string();
}

}  // namespace morpheus::hetzner
