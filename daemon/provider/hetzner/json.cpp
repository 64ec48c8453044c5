#include "daemon/provider/hetzner/json.hpp"

#include <charconv>

namespace morpheus::hetzner {
namespace {

const nlohmann::json& none() {
  static const nlohmann::json null;
  return null;
}

const nlohmann::json& at(const nlohmann::json& json, const std::string& path) {
  const nlohmann::json* here = &json;
  std::size_t begin = 0;
  while (begin <= path.size()) {
    const auto end = std::min(path.find('.', begin), path.size());
    if (!here->is_object()) return none();
    const auto found = here->find(path.substr(begin, end - begin));
    if (found == here->end()) return none();
    here = &*found;
    begin = end + 1;
  }
  return *here;
}

}  // namespace

std::string text_at(const nlohmann::json& json, const std::string& path) {
  const auto& value = at(json, path);
  return value.is_string() ? value.get<std::string>() : std::string();
}

std::int64_t id_at(const nlohmann::json& json, const std::string& path) {
  const auto& value = at(json, path);
  return value.is_number_integer() ? value.get<std::int64_t>() : 0;
}

double number_at(const nlohmann::json& json, const std::string& path) {
  const auto& value = at(json, path);
  return value.is_number() ? value.get<double>() : 0;
}

bool flag_at(const nlohmann::json& json, const std::string& path) {
  const auto& value = at(json, path);
  return value.is_boolean() && value.get<bool>();
}

const nlohmann::json& list_at(const nlohmann::json& json, const std::string& path) {
  static const nlohmann::json empty = nlohmann::json::array();
  const auto& value = at(json, path);
  return value.is_array() ? value : empty;
}

std::optional<double> price_at(const nlohmann::json& json, const std::string& path) {
  const std::string text = text_at(json, path);
  double price = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), price);
  if (error != std::errc() || end != text.data() + text.size() || price < 0) return std::nullopt;
  return price;
}

}  // namespace morpheus::hetzner
