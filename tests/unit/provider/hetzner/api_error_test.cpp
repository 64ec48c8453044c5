#include "daemon/provider/hetzner/api/api_error.hpp"

#include <gmock/gmock.h>

namespace morpheus::hetzner {
namespace {

struct Row {
  unsigned status;
  const char* code;
  Fault fault;
  ErrorCode means;
};

// The table of hetzner's errors, a row each.
constexpr Row rows[] = {
    {412, "resource_unavailable", Fault::sold_out, ErrorCode::unavailable},
    {422, "placement_error", Fault::sold_out, ErrorCode::unavailable},
    {403, "resource_limit_exceeded", Fault::quota, ErrorCode::refused},
    {422, "placement_group_member_limit_reached", Fault::group_full, ErrorCode::unavailable},
    {409, "uniqueness_error", Fault::taken, ErrorCode::conflict},
    {409, "conflict", Fault::busy, ErrorCode::unavailable},
    {423, "locked", Fault::busy, ErrorCode::unavailable},
    {422, "must_be_unassigned", Fault::busy, ErrorCode::unavailable},
    {422, "primary_ip_assigned", Fault::busy, ErrorCode::unavailable},
    {422, "service_error", Fault::busy, ErrorCode::unavailable},
    {500, "service_error", Fault::busy, ErrorCode::unavailable},
    {403, "maintenance", Fault::busy, ErrorCode::unavailable},
    {503, "maintenance", Fault::busy, ErrorCode::unavailable},
    {423, "resource_locked", Fault::busy, ErrorCode::unavailable},
    {412, "no_space_left_in_location", Fault::sold_out, ErrorCode::unavailable},
    {400, "json_error", Fault::invalid, ErrorCode::invalid},
    {503, "unavailable", Fault::ambiguous, ErrorCode::ambiguous},
    {422, "resource_in_use", Fault::busy, ErrorCode::unavailable},
    {429, "rate_limit_exceeded", Fault::rate_limited, ErrorCode::unavailable},
    {401, "unauthorized", Fault::denied, ErrorCode::denied},
    {403, "forbidden", Fault::denied, ErrorCode::denied},
    {401, "token_readonly", Fault::denied, ErrorCode::denied},
    {423, "protected", Fault::denied, ErrorCode::denied},
    {404, "not_found", Fault::not_found, ErrorCode::not_found},
    {422, "invalid_input", Fault::invalid, ErrorCode::invalid},
    {422, "primary_ip_datacenter_mismatch", Fault::invalid, ErrorCode::invalid},
    {412, "primary_ip_version_mismatch", Fault::invalid, ErrorCode::invalid},
    {500, "server_error", Fault::ambiguous, ErrorCode::ambiguous},
    {502, "", Fault::ambiguous, ErrorCode::ambiguous},
    {504, "", Fault::ambiguous, ErrorCode::ambiguous},
    {301, "", Fault::ambiguous, ErrorCode::ambiguous},
    {412, "", Fault::sold_out, ErrorCode::unavailable},
    {429, "", Fault::rate_limited, ErrorCode::unavailable},
    {418, "something_new", Fault::other, ErrorCode::unavailable},
};

TEST(ApiError, EachRefusalAsksForSomethingElse) {
  for (const Row& row : rows) {
    EXPECT_EQ(classify(row.status, row.code), row.fault) << row.status << " " << row.code;
    const ApiError error{row.fault, row.status, row.code, "what happened"};
    EXPECT_EQ(to_error(error).code, row.means) << row.status << " " << row.code;
    EXPECT_EQ(to_error(error).message, "what happened");
  }
}

TEST(ApiError, WhatConcernsATypeInALocationIsToldByTheMessage) {
  EXPECT_EQ(classify(422, "invalid_input", "unsupported location for server type"), Fault::not_offered);
  EXPECT_EQ(classify(422, "invalid_input", "server type is not available in this location"), Fault::not_offered);
  EXPECT_EQ(classify(422, "invalid_input", "invalid input in field 'labels'"), Fault::invalid);
  EXPECT_EQ(classify(422, "invalid_input", "invalid input in field 'location'"), Fault::invalid);
  EXPECT_EQ(classify(412, "resource_unavailable", "server location disabled"), Fault::sold_out);
}

TEST(ApiError, WhatForbidsADeletionSaysWhatToDo) {
  const auto hint = [](unsigned status, const char* code) { return to_error({classify(status, code), status, code, "no"}).hint; };
  for (const unsigned status : {403U, 423U}) EXPECT_THAT(hint(status, "protected"), testing::HasSubstr("disable-protection"));
  EXPECT_THAT(hint(422, "must_be_unassigned"), testing::HasSubstr("hcloud primary-ip unassign"));
  EXPECT_THAT(hint(422, "resource_in_use"), testing::HasSubstr("take it out"));
}

}  // namespace
}  // namespace morpheus::hetzner
