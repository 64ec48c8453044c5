#pragma once

#include <string>
#include <vector>

#include "common/config/config.hpp"
#include "common/error.hpp"

namespace morpheus {

// Who may reach which TCP ports of a forest's nodes; nothing else comes in.
struct FirewallRule {
  std::string description;
  std::string ports;                 // "22", or "6222-6223"
  std::vector<std::string> sources;  // networks, at most 100

  bool operator==(const FirewallRule&) const = default;
};

// SSH, clients and monitoring (and host metrics) from security.admin_cidrs, clients from security.client_cidrs, routes from
// the nodes' own addresses. A cloud firewall takes 50 rules of 100 networks each: more is an error.
Result<std::vector<FirewallRule>> firewall_rules(const std::vector<std::string>& addresses, const Config::Security& security,
                                                 bool host_metrics);

}  // namespace morpheus
