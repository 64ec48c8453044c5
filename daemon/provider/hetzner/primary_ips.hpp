#pragma once

#include <optional>
#include <string>
#include <vector>

#include "daemon/provider/hetzner/api.hpp"
#include "daemon/provider/hetzner/labels.hpp"

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
  bool assigned = false;  // to a server
};

// "2001:db8:1::/64" -> "2001:db8:1::1", which a machine of that network has; an IPv4 address is what it is.
std::string own_address(std::string ip);

class PrimaryIps {
 public:
  // `kind` is "ipv4" or "ipv6".
  PrimaryIps(Api& api, const Ownership& ownership, std::string kind) : api_(api), ownership_(ownership), kind_(std::move(kind)) {}

  // Of that machine; unset: it has none. conflict: the name is somebody else's.
  asio::awaitable<ApiResult<std::optional<PrimaryIp>>> find(std::string node, Urgency urgency = Urgency::normal);
  asio::awaitable<ApiResult<std::vector<PrimaryIp>>> list(std::string selector, Urgency urgency = Urgency::normal);

  // Reserves one, deleted with the machine that it will be assigned to.
  asio::awaitable<ApiResult<PrimaryIp>> create(std::string forest, std::string node, std::string location);

  // Success if there is none, or it is somebody else's.
  asio::awaitable<ApiResult<>> remove(std::string node);

 private:
  PrimaryIp parse(const nlohmann::json& json) const;

  Api& api_;
  const Ownership& ownership_;
  std::string kind_;
};

}  // namespace morpheus::hetzner
