#include "daemon/control/call.hpp"

#include <fmt/format.h>

#include <charconv>

namespace morpheus {
namespace {

struct Mapping {
  ErrorCode code;
  unsigned status;
  const char* name;
};

constexpr Mapping mappings[] = {
    {ErrorCode::invalid, 400, "invalid"},     {ErrorCode::not_found, 404, "not_found"},
    {ErrorCode::conflict, 409, "conflict"},   {ErrorCode::refused, 409, "refused"},
    {ErrorCode::denied, 403, "denied"},       {ErrorCode::unavailable, 503, "unavailable"},
    {ErrorCode::ambiguous, 502, "ambiguous"}, {ErrorCode::failed, 500, "failed"},
    {ErrorCode::moved, 503, "unavailable"},   {ErrorCode::superseded, 409, "refused"},
};

}  // namespace

Reply error_reply(unsigned status, const std::string& code, const std::string& message,
                  const std::string& hint) {
  const nlohmann::json body{{"error", ErrorView{code, message, hint}}};
  Reply reply;
  reply.status = status;
  reply.body = body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
  return reply;
}

Reply error_reply(const Error& error) {
  for (const Mapping& mapping : mappings) {
    if (mapping.code == error.code)
      return error_reply(mapping.status, mapping.name, error.message, error.hint);
  }
  return error_reply(500, "failed", error.message, error.hint);
}

Result<std::int64_t> query_number(const Call& call, const std::string& name, std::int64_t fallback,
                                  std::int64_t least, std::int64_t most) {
  const auto found = call.query.find(name);
  if (found == call.query.end()) return fallback;
  const std::string& text = found->second;
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc() && end == text.data() + text.size() && value >= least && value <= most)
    return value;
  return Error{ErrorCode::invalid, fmt::format("{}={} is not understood", name, text),
               fmt::format("use a number from {} to {}", least, most)};
}

Result<bool> query_flag(const Call& call, const std::string& name) {
  const auto found = call.query.find(name);
  if (found == call.query.end() || found->second == "false") return false;
  if (found->second == "true") return true;
  return Error{ErrorCode::invalid, fmt::format("{}={} is not understood", name, found->second),
               "use true or false"};
}

const Sender& body_sender() {
  static const Sender sender{"the request's body", ErrorCode::invalid, "see docs/openapi.yaml"};
  return sender;
}

DecodeBounds body_bounds(const Call& call) {
  DecodeBounds bounds;
  bounds.bytes = call.body.size();  // which the connection has bounded
  bounds.depth = deepest_body;
  return bounds;
}

}  // namespace morpheus
