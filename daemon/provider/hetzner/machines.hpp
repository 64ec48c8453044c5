#pragma once

#include "daemon/provider/hetzner/catalog/catalog.hpp"
#include "daemon/provider/hetzner/resource/primary_ips.hpp"
#include "daemon/provider/hetzner/resource/servers.hpp"
#include "daemon/provider/provider.hpp"

namespace morpheus::hetzner {

// What the API lists, as every provider tells of machines. `catalog`: what they cost; null: not known. `ipv4`: machines are reached by
// it, and pay for it.
Machine to_machine(const Server& server, const Catalog* catalog, bool ipv4);

// A reserved address alone. What an IPv6 one costs is nothing.
Machine to_machine(const PrimaryIp& ip, const Catalog* catalog, bool ipv4);

}  // namespace morpheus::hetzner
