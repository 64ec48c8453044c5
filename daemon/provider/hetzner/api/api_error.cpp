#include "daemon/provider/hetzner/api/api_error.hpp"

#include <stdexcept>

namespace morpheus::hetzner {
namespace {

struct Row {
  std::string_view code;
  Fault fault;
};

constexpr Row by_code[] = {
    {"resource_unavailable", Fault::sold_out},
    {"placement_error", Fault::sold_out},
    {"no_space_left_in_location", Fault::sold_out},
    {"resource_limit_exceeded", Fault::quota},
    {"placement_group_member_limit_reached", Fault::group_full},
    {"uniqueness_error", Fault::taken},
    {"conflict", Fault::busy},
    {"locked", Fault::busy},
    {"resource_locked", Fault::busy},
    {"service_error", Fault::busy},  // of a part of the API that fails now: nothing was begun
    {"maintenance", Fault::busy},
    {"resource_in_use", Fault::busy},
    {"must_be_unassigned", Fault::busy},
    {"primary_ip_assigned", Fault::busy},
    {"rate_limit_exceeded", Fault::rate_limited},
    {"unauthorized", Fault::denied},
    {"forbidden", Fault::denied},
    {"token_readonly", Fault::denied},
    {"protected", Fault::denied},
    {"not_found", Fault::not_found},
    {"invalid_input", Fault::invalid},
    {"json_error", Fault::invalid},
    {"unsupported_error", Fault::invalid},
    {"method_not_allowed", Fault::invalid},
    {"primary_ip_datacenter_mismatch", Fault::invalid},
    {"primary_ip_version_mismatch", Fault::invalid},
};

ErrorCode code_of(Fault fault) {
  switch (fault) {
    case Fault::quota: return ErrorCode::refused;
    case Fault::taken: return ErrorCode::conflict;
    case Fault::denied: return ErrorCode::denied;
    case Fault::not_found: return ErrorCode::not_found;
    case Fault::invalid: return ErrorCode::invalid;
    case Fault::ambiguous: return ErrorCode::ambiguous;
    case Fault::sold_out:
    case Fault::not_offered:
    case Fault::group_full:
    case Fault::busy:
    case Fault::rate_limited:
    case Fault::not_acting:
    case Fault::other: break;
  }
  return ErrorCode::unavailable;
}

std::string hint_of(const ApiError& error) {
  if (error.code == "token_readonly") return "make a token with read and write permission, and give that one";
  if (error.status == 401) return "check the token (hetzner.token_file, HCLOUD_TOKEN, or the credential hcloud-token), and restart morpheusd";
  if (error.code == "protected") return "take the protection off in the cloud console (hcloud server disable-protection NAME delete)";
  if (error.code == "must_be_unassigned") return "it is released with its server; if another server has it, unassign it: hcloud primary-ip unassign NAME";
  if (error.code == "resource_in_use") return "a server that is not the forest's may use it: take it out in the cloud console";
  if (error.fault == Fault::rate_limited) return "one call a second comes back; another program may use the same project";
  if (error.fault == Fault::quota) return "delete what is not needed, or ask Hetzner for a higher limit";
  return "";
}

}  // namespace

Fault classify(unsigned status, std::string_view code, std::string_view message) {
  // "unsupported location for server type": where a type has a price and cannot be ordered.
  const bool of_a_pair = message.find("server type") != std::string_view::npos && message.find("location") != std::string_view::npos;
  if (code == "invalid_input" && of_a_pair) return Fault::not_offered;
  for (const Row& row : by_code) {
    if (row.code == code) return row.fault;
  }
  if (status == 401 || status == 403) return Fault::denied;
  if (status == 404 || status == 410) return Fault::not_found;
  if (status == 409 || status == 423) return Fault::busy;
  if (status == 412) return Fault::sold_out;
  if (status == 429) return Fault::rate_limited;
  if (status == 400 || status == 422) return Fault::invalid;
  if (status >= 500 || status < 400) return Fault::ambiguous;
  return Fault::other;
}

ApiError not_acting(const Error& refusal) { return {Fault::not_acting, 0, "", refusal.message, refusal}; }

Error to_error(const ApiError& error) {
  if (error.refusal) return *error.refusal;
  return Error{code_of(error.fault), error.message, hint_of(error)};
}

void throw_exception_from_error(const ApiError& error, const boost::source_location&) {
  throw std::logic_error("a failed result was used as a value: " + error.message);
}

}  // namespace morpheus::hetzner
