#include "daemon/provider/hetzner/catalog/notices.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>
#include <map>

#include "common/config/nearest.hpp"

namespace morpheus::hetzner {
namespace {

constexpr std::size_t near = 2;  // characters to change

std::string nearest_or_all(const std::string& name, const std::vector<std::string>& names) {
  const auto nearest = std::ranges::min_element(names, {}, [&](const auto& each) { return edit_distance(name, each); });
  if (nearest != names.end() && edit_distance(name, *nearest) <= near) return fmt::format("did you mean {}?", *nearest);
  return fmt::format("there are {}", fmt::join(names, ", "));
}

std::vector<std::string> location_names(const Catalog& catalog) {
  const auto known = catalog.locations();
  return {known.begin(), known.end()};
}

std::vector<Notice> skipped_locations(const Catalog& catalog, const Config::Hetzner& config) {
  const auto known = location_names(catalog);
  std::vector<Notice> notices;
  for (const auto& name : config.locations) {
    if (std::ranges::find(known, name) != known.end()) continue;
    notices.push_back({fmt::format("hetzner.locations: there is no location \"{}\"", name), nearest_or_all(name, known)});
  }
  return notices;
}

Notice no_such_type(const Catalog& catalog, const std::string& name) {
  std::vector<std::string> names;
  for (const auto& [each, unused] : catalog.types) names.push_back(each);
  return {fmt::format("hetzner.server_types: there is no server type \"{}\"", name), nearest_or_all(name, names)};
}

Notice sold_elsewhere(const MachineType& type) {
  std::vector<std::string> where;
  for (const auto& [location, unused] : type.prices) where.push_back(location);
  return {fmt::format("hetzner.server_types: {} is sold in none of hetzner.locations", type.name),
          where.empty() ? "take another type" : fmt::format("it is sold in {}", fmt::join(where, ", "))};
}

Notice no_image(const Catalog& catalog, const Config::Hetzner& config, const MachineType& type) {
  const bool none = catalog.image_architectures.empty();
  return {none ? fmt::format("hetzner.image: there is no image \"{}\"", config.image)
               : fmt::format("hetzner.image: there is no {} for {}, which {} is", config.image, type.architecture, type.name),
          "name a system image that there is (hcloud image list)"};
}

std::vector<Notice> skipped_types(const Catalog& catalog, const Config::Hetzner& config) {
  std::vector<Notice> notices;
  for (const auto& name : config.server_types) {
    const MachineType* type = catalog.type(name);
    const auto sold = [&](const std::string& location) { return type->prices.contains(location); };
    if (!type) {
      notices.push_back(no_such_type(catalog, name));
    } else if (std::ranges::none_of(config.locations, sold)) {
      notices.push_back(sold_elsewhere(*type));
    } else if (!catalog.can_be_made(name)) {
      notices.push_back(no_image(catalog, config, *type));
    }
  }
  return notices;
}

// All of them are wrong.
Error refusal(const std::vector<Notice>& notices) {
  std::string message;
  for (const Notice& notice : notices) message += (message.empty() ? "" : "; ") + notice.message;
  return Error{ErrorCode::invalid, message, notices.front().hint};
}

}  // namespace

std::string to_text(const Notice& notice) { return notice.message + ": " + notice.hint; }

std::vector<Notice> skipped_entries(const Catalog& catalog, const Config::Hetzner& config) {
  auto notices = skipped_locations(catalog, config);
  std::ranges::move(skipped_types(catalog, config), std::back_inserter(notices));
  for (Notice& notice : notices) notice.message += "; it is skipped";
  return notices;
}

std::vector<Notice> advice_on(const Catalog& catalog, const std::vector<MachinePair>& pairs) {
  std::map<std::string, std::vector<std::string>> withdrawn;  // by when
  std::vector<std::string> empty, discouraged;
  for (const MachinePair& pair : pairs) {
    const Advice advice = catalog.advice(pair.type, pair.location);
    const auto name = fmt::format("{} in {}", pair.type, pair.location);
    if (!advice.unavailable_after.empty()) withdrawn[advice.unavailable_after].push_back(name);
    if (!advice.available) empty.push_back(name);
    if (advice.available && !advice.recommended) discouraged.push_back(name);
  }
  std::vector<Notice> notices;
  for (const auto& [until, names] : withdrawn) {
    notices.push_back({fmt::format("{} cannot be ordered after {}", fmt::join(names, ", "), until), "add another type to hetzner.server_types"});
  }
  if (!empty.empty()) {
    notices.push_back({fmt::format("out of stock, as Hetzner says: {}", fmt::join(empty, ", ")), "tried after the others"});
  }
  if (!discouraged.empty()) {
    notices.push_back({fmt::format("not recommended by Hetzner now: {}", fmt::join(discouraged, ", ")), "another type or location may have more stock"});
  }
  return notices;
}

Result<> check_choice(const Catalog& catalog, const Config::Hetzner& config) {
  if (config.server_types.empty()) {
    return Error{ErrorCode::invalid, "hetzner.server_types is empty",
                 "list machine types, the first choice first: [cx23, cpx22] (hcloud server-type list)"};
  }
  if (config.locations.empty()) {
    return Error{ErrorCode::invalid, "hetzner.locations is empty",
                 fmt::format("list where machines may be, the first choice first; there are {}", fmt::join(location_names(catalog), ", "))};
  }
  const auto locations = skipped_locations(catalog, config);
  if (locations.size() == config.locations.size()) return refusal(locations);
  const auto types = skipped_types(catalog, config);
  if (types.size() == config.server_types.size()) return refusal(types);
  return {};
}

}  // namespace morpheus::hetzner
