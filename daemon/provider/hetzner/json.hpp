#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

namespace morpheus::hetzner {

// Reading what the API says, leniently: what is missing, null or of another type is the default. Paths go into objects
// ("location.name").
std::string text_at(const nlohmann::json& json, const std::string& path);
std::int64_t id_at(const nlohmann::json& json, const std::string& path);  // 0: none
double number_at(const nlohmann::json& json, const std::string& path);
bool flag_at(const nlohmann::json& json, const std::string& path);
// An array, empty if there is none.
const nlohmann::json& list_at(const nlohmann::json& json, const std::string& path);
// A price: the API writes them as decimal texts.
std::optional<double> price_at(const nlohmann::json& json, const std::string& path);

}  // namespace morpheus::hetzner
