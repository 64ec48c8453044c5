#include "daemon/control/routes.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <tuple>

namespace morpheus {
namespace {

using testing::ElementsAre;
using testing::Pair;

TEST(ControlRoutes, TableIsSortedAndEachLineHasOneHandler) {
  const auto routes = control_routes();
  const auto key = [](const RouteEntry& route) { return std::tuple(route.path, route.method); };
  EXPECT_TRUE(std::ranges::is_sorted(routes, {}, key));
  EXPECT_EQ(std::ranges::adjacent_find(routes, {}, key), routes.end());
  for (const RouteEntry& route : routes)
    EXPECT_NE(route.handler == nullptr, route.stream == nullptr) << route.path;
}

TEST(ControlRoutes, OnlyGetIsForWhoMayOnlyRead) {
  for (const RouteEntry& route : control_routes()) {
    EXPECT_EQ(route.permission, route.method == "GET" ? Permission::read : Permission::act) << route.path;
  }
}

TEST(ControlRoutes, SegmentsBecomeDecodedArguments) {
  const auto match = find_route("DELETE", "/v1/forests/a%2Fb%20c/nodes/n-1");
  ASSERT_NE(match.entry, nullptr);
  EXPECT_EQ(match.entry->path, "/v1/forests/{}/nodes/{}");
  EXPECT_THAT(match.arguments, ElementsAre("a/b c", "n-1"));
}

TEST(ControlRoutes, OtherPathsMatchNothing) {
  for (const char* path :
       {"", "/", "/v1", "/v1/", "/v1/forests/", "/v1/forests//explain", "/v1/forests/a/", "v1/forests",
        "/v1/forests/a/nodes", "/v1/forests/a/nodes/b/c", "/v2/forests", "/v1/Forests", "*"}) {
    const auto match = find_route("GET", path);
    EXPECT_EQ(match.entry, nullptr) << path;
    EXPECT_EQ(match.allowed, "") << path;
  }
}

TEST(ControlRoutes, WrongMethodNamesThePathsOwn) {
  EXPECT_EQ(find_route("PUT", "/v1/forests").allowed, "GET, POST");
  EXPECT_EQ(find_route("POST", "/v1/forests/x").allowed, "DELETE, GET");
}

TEST(ControlRoutes, QueryIsCutAndDecoded) {
  EXPECT_THAT(query_of("/v1/events?limit=3&forest=a%26b&follow&limit=4&=x"),
              ElementsAre(Pair("", "x"), Pair("follow", ""), Pair("forest", "a&b"), Pair("limit", "3")));
  EXPECT_TRUE(query_of("/v1/events").empty());
  EXPECT_TRUE(query_of("/v1/events?").empty());
}

TEST(ControlRoutes, WhatIsNoEscapeStaysAsItIs) {
  EXPECT_EQ(percent_decoded("%"), "%");
  EXPECT_EQ(percent_decoded("%4"), "%4");
  EXPECT_EQ(percent_decoded("%zz%41%-1%+1"), "%zzA%-1%+1");
  EXPECT_EQ(percent_decoded(""), "");
}

}  // namespace
}  // namespace morpheus
