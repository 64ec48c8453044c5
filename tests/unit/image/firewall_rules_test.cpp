#include "daemon/image/firewall_rules.hpp"

#include <gtest/gtest.h>

#include <numeric>

namespace morpheus {
namespace {

Config::Security security(std::vector<std::string> admins, std::vector<std::string> clients = {}) {
  Config::Security security;
  security.admin_cidrs = std::move(admins);
  security.client_cidrs = std::move(clients);
  return security;
}

TEST(FirewallRules, LetInAdminsClientsAndNodesAndNobodyElse) {
  const auto rules = firewall_rules({"10.0.0.2", "10.0.0.1", "10.0.0.2"}, security({"192.0.2.0/24"}, {"198.51.100.0/24"}), false);
  const std::vector<FirewallRule> wanted{{"ssh", "22", {"192.0.2.0/24"}},
                                         {"clients, for admins", "4222", {"192.0.2.0/24"}},
                                         {"monitoring", "8222", {"192.0.2.0/24"}},
                                         {"clients", "4222", {"198.51.100.0/24"}},
                                         {"routes", "6222-6223", {"10.0.0.1/32", "10.0.0.2/32"}}};
  ASSERT_TRUE(rules);
  EXPECT_EQ(*rules, wanted);
}

TEST(FirewallRules, Ipv6NodesAndHostMetrics) {
  const auto rules = firewall_rules({"2001:db8::1"}, security({"2001:db8:1::/48"}), true);
  ASSERT_TRUE(rules);
  EXPECT_EQ(rules->at(3), (FirewallRule{"host metrics", "9100", {"2001:db8:1::/48"}}));
  EXPECT_EQ(rules->at(4), (FirewallRule{"routes", "6222-6223", {"2001:db8::1/128"}}));
}

TEST(FirewallRules, ANetworkIsWrittenInOneWayAndOnce) {
  const auto rules = firewall_rules({"2001:DB8:0::1", "2001:db8::1"}, security({"2001:DB8:0:0::/32", "10.0.0.0/08", "2001:db8::/32"}), false);
  ASSERT_TRUE(rules);
  EXPECT_EQ(rules->at(0), (FirewallRule{"ssh", "22", {"2001:db8::/32", "10.0.0.0/8"}}));
  EXPECT_EQ(rules->back(), (FirewallRule{"routes", "6222-6223", {"2001:db8::1/128"}}));
}

TEST(FirewallRules, AForestWithoutNodesHasNoRuleWithoutSources) {
  const auto rules = firewall_rules({}, security({"192.0.2.0/24"}), false);
  ASSERT_TRUE(rules);
  EXPECT_EQ(rules->size(), 3U);
}

std::vector<std::string> hosts(int count) {
  std::vector<std::string> all;
  for (int i = 0; i < count; ++i) all.push_back("10.0." + std::to_string(i / 250) + "." + std::to_string(i % 250 + 1));
  return all;
}

TEST(FirewallRules, AreSplitAtAHundredNetworksAndRefusedBeyondFiftyRules) {
  const auto many = firewall_rules(hosts(250), security({"192.0.2.0/24"}), false);
  ASSERT_TRUE(many);
  EXPECT_EQ(many->size(), 6U);
  EXPECT_EQ(many->at(3).sources.size(), 100U);
  EXPECT_EQ(many->at(5).sources.size(), 50U);
  const auto most = firewall_rules(hosts(4'700), security({"192.0.2.0/24"}), false);
  ASSERT_TRUE(most);
  EXPECT_EQ(most->size(), 50U);
  EXPECT_FALSE(firewall_rules(hosts(4'701), security({"192.0.2.0/24"}), false));
}

}  // namespace
}  // namespace morpheus
