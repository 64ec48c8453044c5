#include "daemon/provider/hetzner/machines.hpp"

#include <fmt/format.h>

namespace morpheus::hetzner {
namespace {

constexpr double gigabyte = 1e9;  // as the API counts memory

}  // namespace

Machine to_machine(const Server& server, const Catalog* catalog, bool ipv4) {
  Machine machine;
  machine.name = server.name;
  machine.id = fmt::format("{}", server.id);
  machine.forest = server.forest;
  machine.intent = server.intent;
  machine.address = ipv4 ? server.ipv4 : server.ipv6;
  machine.capacity = {server.cores, static_cast<std::int64_t>(server.memory_gb * gigabyte)};
  machine.state = server.status;
  machine.running = server.status != "off" && server.status != "deleting";
  machine.type = server.type;
  machine.location = server.location;
  if (!catalog) return machine;
  const auto price = catalog->price(server.type, server.location, ipv4);
  if (price) machine.monthly_cost = price->monthly;
  return machine;
}

Machine to_machine(const PrimaryIp& ip, const Catalog* catalog, bool ipv4) {
  Machine machine;
  machine.name = ip.name;
  machine.forest = ip.forest;
  machine.address = ip.address;
  machine.location = ip.location;
  if (!catalog || !ipv4) return machine;
  const auto price = catalog->ipv4.find(ip.location);
  if (price != catalog->ipv4.end()) machine.monthly_cost = price->second.monthly;
  return machine;
}

}  // namespace morpheus::hetzner
