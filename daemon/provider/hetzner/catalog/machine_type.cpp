#include "daemon/provider/hetzner/catalog/machine_type.hpp"

#include "daemon/provider/hetzner/api/answer.hpp"

namespace morpheus::hetzner {
namespace {

// The API counts memory in GB; the machines have a little less than as many GiB.
constexpr double bytes_a_gigabyte = 1e9;
constexpr double most_memory = 1e6;  // GB; what is more was not meant
constexpr double most_cores = 1e5;

double read_size(const JsonObject& json, const char* field, double most) {
  const double size = json.number(field);
  if (size <= 0 || size > most) throw json.at(field).error("is no size of a machine");
  return size;
}

Advice read_advice(const JsonObject& json) {
  Advice advice;
  advice.available = json.optional_flag("available").value_or(true);
  advice.recommended = json.optional_flag("recommended").value_or(true);
  const auto deprecation = json.optional_object("deprecation");
  if (deprecation) advice.unavailable_after = deprecation->optional_shown("unavailable_after", longest_api_word).value_or("");
  return advice;
}

}  // namespace

MachineType read_machine_type(const JsonObject& json) {
  MachineType type;
  type.id = json.integer("id");
  type.name = json.shown("name", longest_api_name);
  type.architecture = json.shown("architecture", longest_api_word);
  type.capacity.cores = read_size(json, "cores", most_cores);
  type.capacity.memory_bytes = static_cast<std::int64_t>(read_size(json, "memory", most_memory) * bytes_a_gigabyte);
  type.prices = read_prices(json);
  const auto locations = json.optional_array("locations");
  if (!locations) return type;
  for (const JsonValue& each : *locations) type.advice[each.object().shown("name", longest_api_name)] = read_advice(each.object());
  return type;
}

}  // namespace morpheus::hetzner
