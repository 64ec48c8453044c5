#include "daemon/image/firewall_rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "common/model/network.hpp"
#include "daemon/image/node_spec.hpp"

namespace morpheus {
namespace {

constexpr std::size_t networks_a_rule = 100;
constexpr std::size_t most_rules = 50;
constexpr int ssh_port = 22;
constexpr int host_metrics_port = 9100;

void add(std::vector<FirewallRule>& rules, const std::string& description, const std::string& ports,
         const std::vector<std::string>& sources) {
  for (std::size_t begin = 0; begin < sources.size(); begin += networks_a_rule) {
    const auto end = std::min(begin + networks_a_rule, sources.size());
    rules.push_back({description, ports,
                     {sources.begin() + static_cast<std::ptrdiff_t>(begin), sources.begin() + static_cast<std::ptrdiff_t>(end)}});
  }
}

std::vector<std::string> sorted_hosts(const std::vector<std::string>& addresses) {
  std::set<std::string> networks;
  for (const auto& address : addresses) {
    networks.insert(canonical_network(address + (address.find(':') == std::string::npos ? "/32" : "/128")));
  }
  return {networks.begin(), networks.end()};
}

// Each once, as the API writes them, in the order of the configuration.
std::vector<std::string> canonical(const std::vector<std::string>& networks) {
  std::vector<std::string> all;
  for (const auto& network : networks) {
    auto text = canonical_network(network);
    if (std::ranges::find(all, text) == all.end()) all.push_back(std::move(text));
  }
  return all;
}

}  // namespace

Result<std::vector<FirewallRule>> firewall_rules(const std::vector<std::string>& addresses, const Config::Security& security,
                                                 bool host_metrics) {
  const auto admins = canonical(security.admin_cidrs);
  std::vector<FirewallRule> rules;
  add(rules, "ssh", fmt::format("{}", ssh_port), admins);
  add(rules, "clients, for admins", fmt::format("{}", client_port), admins);
  add(rules, "monitoring", fmt::format("{}", monitor_port), admins);
  if (host_metrics) add(rules, "host metrics", fmt::format("{}", host_metrics_port), admins);
  add(rules, "clients", fmt::format("{}", client_port), canonical(security.client_cidrs));
  add(rules, "routes", fmt::format("{}-{}", route_port, witness_route_port), sorted_hosts(addresses));
  if (rules.size() <= most_rules) return rules;
  return Error{ErrorCode::invalid, fmt::format("the firewall would have {} rules, and {} are allowed", rules.size(), most_rules),
               "join networks in security.admin_cidrs and security.client_cidrs"};
}

}  // namespace morpheus
