#include "daemon/http/endpoint.hpp"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <ifaddrs.h>

#include <array>
#include <memory>

namespace morpheus {
namespace {

TEST(Endpoint, IsTakenApart) {
  EXPECT_EQ(*parse_endpoint("https://api.hetzner.cloud/v1"), (Endpoint{true, "api.hetzner.cloud", 443, "/v1"}));
  EXPECT_EQ(*parse_endpoint("https://api.example:8443/"), (Endpoint{true, "api.example", 8443, ""}));
  EXPECT_EQ(*parse_endpoint("https://[2001:db8::1]:1/a/b/"), (Endpoint{true, "2001:db8::1", 1, "/a/b"}));
  EXPECT_EQ(*parse_endpoint("http://127.0.0.1:8080/v1"), (Endpoint{false, "127.0.0.1", 8080, "/v1"}));
  EXPECT_EQ(*parse_endpoint("http://[::1]/v1"), (Endpoint{false, "::1", 80, "/v1"}));
  EXPECT_EQ(*parse_endpoint("http://localhost"), (Endpoint{false, "localhost", 80, ""}));
}

TEST(Endpoint, AnyUrlIsSplitWithAllThatStandsBehindThePort) {
  EXPECT_EQ(*split_url("http://192.0.2.1/a/b/?c=d"), (Endpoint{false, "192.0.2.1", 80, "/a/b/?c=d"}));
  EXPECT_EQ(*split_url("https://[2001:db8::1]:8443"), (Endpoint{true, "2001:db8::1", 8443, ""}));
  for (const char* url : {"", "host", "https://user@host/", "https://host/#a", "https://host:0/"}) EXPECT_FALSE(split_url(url)) << url;
}

TEST(Endpoint, WithoutTlsItIsOnThisMachine) {
  for (const char* url : {"http://api.hetzner.cloud/v1", "http://192.0.2.1/v1", "http://[2001:db8::1]/", "http://127.0.0.1.example/"}) {
    const auto parsed = parse_endpoint(url);
    ASSERT_FALSE(parsed) << url;
    EXPECT_THAT(describe(parsed.error()), testing::HasSubstr("would send the token in clear")) << url;
  }
}

// A network namespace's own address, say.
TEST(Endpoint, WithoutTlsItMayBeAnyAddressOfThisMachine) {
  ifaddrs* all = nullptr;
  ASSERT_EQ(::getifaddrs(&all), 0);
  const std::unique_ptr<ifaddrs, decltype(&::freeifaddrs)> owned(all, &::freeifaddrs);
  std::vector<std::string> hosts;
  for (const ifaddrs* each = all; each; each = each->ifa_next) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (!each->ifa_addr || each->ifa_addr->sa_family != AF_INET) continue;
    ::inet_ntop(AF_INET, &reinterpret_cast<const sockaddr_in*>(each->ifa_addr)->sin_addr, text.data(), text.size());
    if (std::string(text.data()).rfind("127.", 0) != 0) hosts.emplace_back(text.data());
  }
  if (hosts.empty()) GTEST_SKIP() << "this machine has loopback alone";
  for (const auto& host : hosts) EXPECT_TRUE(parse_endpoint("http://" + host + ":8080/v1")) << host;
}

TEST(Endpoint, WhatIsNoEndpointIsRefused) {
  for (const char* url : {"", "api.hetzner.cloud", "ftp://a/", "https://", "https:///v1", "https://user@host/", "https://host?x=1",
                          "https://host/#a", "https://host:0/", "https://host:65536/", "https://host:8a/", "https://[::1/",
                          "https://[::1]8/", "https://host name/", "https://host/\r\nX: y"}) {
    EXPECT_FALSE(parse_endpoint(url)) << url;
  }
}

}  // namespace
}  // namespace morpheus
