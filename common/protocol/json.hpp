#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>
#include <string>

#include "common/model/names.hpp"

// How the model's values look in JSON: an unset optional is null, an enumeration is its name.
namespace nlohmann {

template <class T>
struct adl_serializer<std::optional<T>> {
  static void to_json(json& out, const std::optional<T>& value) {
    if (value) {
      out = *value;
    } else {
      out = nullptr;
    }
  }
  static void from_json(const json& in, std::optional<T>& value) {
    if (in.is_null()) {
      value.reset();
    } else {
      value = in.get<T>();
    }
  }
};

template <class Enum>
  requires requires(Enum e) { morpheus::to_string(e); }
struct adl_serializer<Enum> {
  static void to_json(json& out, Enum value) { out = std::string(morpheus::to_string(value)); }
  static void from_json(const json& in, Enum& value) {
    const auto text = in.get<std::string>();
    const auto found = morpheus::from_string<Enum>(text);
    if (!found) throw std::invalid_argument("unknown name \"" + text + "\"");
    value = *found;
  }
};

}  // namespace nlohmann

namespace morpheus {

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(Gate, name, verdict, detail, to_change)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(NodeFinding, name, role, state, cpu_percent, memory_percent,
                                                held_cpu_percent, held_memory_percent, hot, unknown, sample_age_seconds)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(Finding, check, level, message, hint)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(Caller, uid, pid, user)

}  // namespace morpheus
