#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "common/config/config.hpp"
#include "daemon/provider/hetzner/api/api_reader.hpp"
#include "daemon/provider/hetzner/catalog/machine_type.hpp"
#include "daemon/provider/hetzner/catalog/price.hpp"

namespace morpheus::hetzner {

// What the API sells, as of the last time that it was read. Prices, sizes and architectures are never known otherwise.
struct Catalog {
  std::map<std::string, MachineType> types;  // by name
  std::map<std::string, Price> ipv4;         // of an IPv4 address, by location
  std::string currency;
  std::set<std::string> image_architectures;  // of the configured image

  const MachineType* type(const std::string& name) const;
  // There is a type of that name, and an image for it.
  bool can_be_made(const std::string& type) const;
  // A type that is not known is advised as any other.
  Advice advice(const std::string& type, const std::string& location) const;
  std::set<std::string> locations() const;

  // Of a machine with its addresses; unset: not known.
  std::optional<Price> price(const std::string& type, const std::string& location, bool with_ipv4) const;
};

// Reads it: machine types, prices, and for which architectures there is an image of that name.
asio::awaitable<ApiResult<Catalog>> read_catalog(ApiReader& api, std::string image, Urgency urgency = Urgency::normal);

}  // namespace morpheus::hetzner
