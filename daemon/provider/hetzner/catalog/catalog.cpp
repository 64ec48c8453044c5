#include "daemon/provider/hetzner/catalog/catalog.hpp"

namespace morpheus::hetzner {
namespace {

// A system image, of one architecture.
struct Image {
  std::int64_t id = 0;
  std::string architecture;
};

Image read_image(const JsonObject& json) {
  Image image;
  image.id = json.integer("id");
  image.architecture = json.shown("architecture", longest_api_word);
  return image;
}

}  // namespace

const MachineType* Catalog::type(const std::string& name) const {
  const auto found = types.find(name);
  return found == types.end() ? nullptr : &found->second;
}

bool Catalog::can_be_made(const std::string& name) const {
  const MachineType* found = type(name);
  return found && image_architectures.contains(found->architecture);
}

Advice Catalog::advice(const std::string& name, const std::string& location) const {
  const MachineType* found = type(name);
  if (!found || !found->advice.contains(location)) return {};
  return found->advice.at(location);
}

std::set<std::string> Catalog::locations() const {
  std::set<std::string> names;
  for (const auto& [name, type] : types) {
    for (const auto& [location, price] : type.prices) names.insert(location);
  }
  return names;
}

std::optional<Price> Catalog::price(const std::string& type_name, const std::string& location, bool with_ipv4) const {
  const MachineType* found = type(type_name);
  if (!found || !found->prices.contains(location)) return std::nullopt;
  Price price = found->prices.at(location);
  if (!with_ipv4) return price;
  const auto address = ipv4.find(location);
  if (address == ipv4.end()) return std::nullopt;
  price.hourly += address->second.hourly;
  price.monthly += address->second.monthly;
  return price;
}

asio::awaitable<ApiResult<Catalog>> read_catalog(ApiReader& api, std::string image, Urgency urgency) {
  Catalog catalog;
  const auto types = co_await api.list("server_types", "", read_machine_type, urgency);
  if (!types) co_return types.error();
  for (const MachineType& type : *types) catalog.types[type.name] = type;
  const auto pricing = co_await api.get("/pricing", read_pricing, urgency);
  if (!pricing) co_return pricing.error();
  catalog.currency = pricing->currency;
  catalog.ipv4 = pricing->ipv4;
  const auto images = co_await api.list("images", "name=" + query_value(image), read_image, urgency);
  if (!images) co_return images.error();
  for (const Image& each : *images) catalog.image_architectures.insert(each.architecture);
  co_return catalog;
}

}  // namespace morpheus::hetzner
