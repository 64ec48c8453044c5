#pragma once

#include <optional>
#include <string>
#include <vector>

#include "daemon/provider/hetzner/fence/fenced_api.hpp"
#include "daemon/provider/hetzner/resource/primary_ip.hpp"

namespace morpheus::hetzner {

class PrimaryIps {
 public:
  // `kind` is "ipv4" or "ipv6".
  PrimaryIps(FencedApi& api, const Ownership& ownership, std::string kind) : api_(api), ownership_(ownership), kind_(std::move(kind)) {}

  // Of that machine; unset: it has none. conflict: the name is somebody else's.
  asio::awaitable<ApiResult<std::optional<PrimaryIp>>> find(std::string node, Urgency urgency = Urgency::normal);
  asio::awaitable<ApiResult<std::vector<PrimaryIp>>> list(std::string selector, Urgency urgency = Urgency::normal);

  // Reserves one, deleted with the machine that it will be assigned to.
  asio::awaitable<ApiResult<PrimaryIp>> create(std::string forest, std::string node, std::string location);

  // Success if there is none, or it is somebody else's.
  asio::awaitable<ApiResult<>> remove(std::string node);

 private:
  FencedApi& api_;
  const Ownership& ownership_;
  std::string kind_;
};

}  // namespace morpheus::hetzner
