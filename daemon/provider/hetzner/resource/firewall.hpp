#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "daemon/provider/hetzner/resource/labels.hpp"

namespace morpheus::hetzner {

// A rule as the API has it: what matters of it is who may reach what.
struct OpenPorts {
  std::string direction;  // in, out
  std::string protocol;   // tcp, udp, icmp, ...
  std::string ports;      // "22", or "6222-6223"; empty where the protocol has none
  std::set<std::string> sources;

  auto operator<=>(const OpenPorts&) const = default;
};

struct Firewall {
  std::int64_t id = 0;
  std::string name;
  Labels labels;
  std::vector<OpenPorts> rules;
  std::set<std::int64_t> servers;  // that it guards, by themselves or by their labels
};

Firewall read_firewall(const JsonObject& json);
// Of {"firewall": ...}.
Firewall read_one_firewall(const JsonObject& answer);

}  // namespace morpheus::hetzner
