#include "daemon/provider/hetzner/catalog.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "common/config/nearest.hpp"

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

constexpr std::size_t near = 2;  // characters to change

std::string nearest_or_all(const std::string& name, const std::vector<std::string>& names) {
  const auto nearest = std::ranges::min_element(names, {}, [&](const auto& each) { return edit_distance(name, each); });
  if (nearest != names.end() && edit_distance(name, *nearest) <= near) return fmt::format("did you mean {}?", *nearest);
  return fmt::format("there are {}", fmt::join(names, ", "));
}

Result<> check_locations(const Catalog& catalog, const Config::Hetzner& config) {
  const auto known = catalog.locations();
  const std::vector<std::string> names(known.begin(), known.end());
  if (config.locations.empty()) {
    return Error{ErrorCode::invalid, "hetzner.locations is empty",
                 fmt::format("list where machines may be, the first choice first; there are {}", fmt::join(names, ", "))};
  }
  for (const auto& name : config.locations) {
    if (known.contains(name)) continue;
    return Error{ErrorCode::invalid, fmt::format("hetzner.locations: there is no location \"{}\"", name),
                 nearest_or_all(name, names)};
  }
  return {};
}

Result<> check_type(const Catalog& catalog, const Config::Hetzner& config, const std::string& name) {
  const MachineType* type = catalog.type(name);
  if (!type) {
    std::vector<std::string> names;
    for (const auto& [each, unused] : catalog.types) names.push_back(each);
    return Error{ErrorCode::invalid, fmt::format("hetzner.server_types: there is no server type \"{}\"", name),
                 nearest_or_all(name, names)};
  }
  const auto sold = [&](const std::string& location) { return type->prices.contains(location); };
  if (std::ranges::none_of(config.locations, sold)) {
    std::vector<std::string> where;
    for (const auto& [location, unused] : type->prices) where.push_back(location);
    return Error{ErrorCode::invalid, fmt::format("hetzner.server_types: {} is sold in none of hetzner.locations", name),
                 where.empty() ? "take another type" : fmt::format("it is sold in {}", fmt::join(where, ", "))};
  }
  if (!catalog.image_architectures.contains(type->architecture)) {
    return Error{ErrorCode::invalid,
                 catalog.image_architectures.empty()
                     ? fmt::format("hetzner.image: there is no image \"{}\"", config.image)
                     : fmt::format("hetzner.image: there is no {} for {}, which {} is", config.image, type->architecture, name),
                 "name a system image that there is (hcloud image list)"};
  }
  return {};
}

}  // namespace

const MachineType* Catalog::type(const std::string& name) const {
  const auto found = types.find(name);
  return found == types.end() ? nullptr : &found->second;
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

asio::awaitable<ApiResult<Catalog>> read_catalog(Api& api, std::string image) {
  Catalog catalog;
  const auto types = co_await api.list("server_types", "", read_machine_type);
  if (!types) co_return types.error();
  for (const MachineType& type : *types) catalog.types[type.name] = type;
  const auto pricing = co_await api.get("/pricing", read_pricing);
  if (!pricing) co_return pricing.error();
  catalog.currency = pricing->currency;
  catalog.ipv4 = pricing->ipv4;
  const auto images = co_await api.list("images", "name=" + query_value(image), read_image);
  if (!images) co_return images.error();
  for (const Image& each : *images) catalog.image_architectures.insert(each.architecture);
  co_return catalog;
}

Result<> check_choice(const Catalog& catalog, const Config::Hetzner& config) {
  if (config.server_types.empty()) {
    return Error{ErrorCode::invalid, "hetzner.server_types is empty",
                 "list machine types, the first choice first: [cx23, cpx22] (hcloud server-type list)"};
  }
  const auto located = check_locations(catalog, config);
  if (!located) return located;
  for (const auto& name : config.server_types) {
    const auto good = check_type(catalog, config, name);
    if (!good) return good;
  }
  return {};
}

}  // namespace morpheus::hetzner
