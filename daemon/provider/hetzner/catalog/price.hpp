#pragma once

#include <map>
#include <optional>
#include <string>

#include "common/decode/json.hpp"

namespace morpheus::hetzner {

// What something costs in one location, net.
struct Price {
  double hourly = 0;
  double monthly = 0;
};

// The API writes prices as decimal texts. Unset: it is none.
std::optional<double> price_in(const std::string& text);

// Of the array "prices", by location. Where a price is no number, what it costs is not known.
std::map<std::string, Price> read_prices(const JsonObject& json);

// What is not sold by itself.
struct Pricing {
  std::string currency;
  std::map<std::string, Price> ipv4;  // of an IPv4 address, by location
};
// Of {"pricing": ...}.
Pricing read_pricing(const JsonObject& answer);

}  // namespace morpheus::hetzner
