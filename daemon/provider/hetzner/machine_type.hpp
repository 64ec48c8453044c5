#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "common/decode/json.hpp"
#include "common/model/node.hpp"
#include "daemon/provider/hetzner/price.hpp"

namespace morpheus::hetzner {

struct MachineType {
  std::string name;
  std::string architecture;  // "x86" or "arm"
  Capacity capacity;
  std::map<std::string, Price> prices;  // by location; only where it is sold
  std::int64_t id = 0;
};

MachineType read_machine_type(const JsonObject& json);

}  // namespace morpheus::hetzner
