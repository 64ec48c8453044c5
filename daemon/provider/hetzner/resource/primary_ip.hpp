#pragma once

#include <cstdint>
#include <string>

#include "daemon/provider/hetzner/resource/labels.hpp"

namespace morpheus::hetzner {

// An address that is reserved before its machine exists: everything that must know it can be told first.
struct PrimaryIp {
  std::int64_t id = 0;
  std::string name;      // the machine's that it is for
  std::string node;      // that machine too, by its label
  std::string forest;
  std::string address;   // of an IPv6 network, the machine's own (::1)
  std::string location;
  std::string controller;
  std::int64_t server = 0;  // that has it; 0: none
  bool managed = false;  // carries Morpheus's label
};

PrimaryIp read_primary_ip(const JsonObject& json);
// Of {"primary_ip": ...}.
PrimaryIp read_one_primary_ip(const JsonObject& answer);

}  // namespace morpheus::hetzner
