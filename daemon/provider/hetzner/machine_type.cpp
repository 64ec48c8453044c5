#include "daemon/provider/hetzner/machine_type.hpp"

#include "daemon/provider/hetzner/answer.hpp"

namespace morpheus::hetzner {
namespace {

// The API counts memory in GB; the machines have a little less than as many GiB.
constexpr double gigabyte = 1e9;
constexpr double most_memory = 1e6;  // GB; what is more was not meant
constexpr double most_cores = 1e5;

double read_size(const JsonObject& json, const char* field, double most) {
  const double size = json.number(field);
  if (size <= 0 || size > most) throw json.at(field).error("is no size of a machine");
  return size;
}

}  // namespace

MachineType read_machine_type(const JsonObject& json) {
  MachineType type;
  type.id = json.integer("id");
  type.name = json.shown("name", longest_api_name);
  type.architecture = json.shown("architecture", longest_api_word);
  type.capacity.cores = read_size(json, "cores", most_cores);
  type.capacity.memory_bytes = static_cast<std::int64_t>(read_size(json, "memory", most_memory) * gigabyte);
  type.prices = read_prices(json);
  return type;
}

}  // namespace morpheus::hetzner
