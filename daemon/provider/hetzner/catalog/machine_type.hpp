#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "common/decode/json.hpp"
#include "common/model/node.hpp"
#include "daemon/provider/hetzner/catalog/price.hpp"

namespace morpheus::hetzner {

// What the API says of a type in one location. It only advises: what it says is out of stock may be had, and the other way round.
struct Advice {
  bool available = true;
  bool recommended = true;
  std::string unavailable_after;  // RFC 3339; empty: it is not deprecated there
};

struct MachineType {
  std::string name;
  std::string architecture;  // "x86" or "arm"
  Capacity capacity;
  std::map<std::string, Price> prices;  // by location; only where it is sold
  std::int64_t id = 0;
  std::map<std::string, Advice> advice = {};  // by location
};

MachineType read_machine_type(const JsonObject& json);

}  // namespace morpheus::hetzner
