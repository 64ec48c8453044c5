#include "daemon/provider/hetzner/firewalls.hpp"

#include <fmt/format.h>

#include <set>

#include "daemon/image/firewall_rules.hpp"
#include "daemon/provider/hetzner/json.hpp"

namespace morpheus::hetzner {
namespace {

std::string name_of(const std::string& forest) { return "morpheus-" + forest; }

nlohmann::json to_json(const std::vector<FirewallRule>& rules) {
  nlohmann::json all = nlohmann::json::array();
  for (const FirewallRule& rule : rules) {
    all.push_back({{"direction", "in"},
                   {"protocol", "tcp"},
                   {"port", rule.ports},
                   {"source_ips", rule.sources},
                   {"description", rule.description}});
  }
  return all;
}

// The API adds fields of its own: what matters is who may reach what.
std::multiset<std::string> meaning_of(const nlohmann::json& rules) {
  std::multiset<std::string> all;
  for (const auto& rule : rules) {
    std::set<std::string> sources;
    for (const auto& source : list_at(rule, "source_ips")) {
      if (source.is_string()) sources.insert(source.get<std::string>());
    }
    std::string text = text_at(rule, "direction") + text_at(rule, "protocol") + text_at(rule, "port");
    for (const auto& source : sources) text += " " + source;
    all.insert(text);
  }
  return all;
}

}  // namespace

asio::awaitable<ApiResult<nlohmann::json>> Firewalls::find(std::string forest) {
  const auto found = co_await api_.list("firewalls", "name=" + query_value(name_of(forest)));
  if (!found) co_return found.error();
  nlohmann::json firewall;
  for (const auto& each : *found) {
    if (text_at(each, "name") != name_of(forest)) continue;
    if (!ownership_.owns(each)) {
      ApiError error{Fault::taken, 0, "", fmt::format("a firewall \"{}\" exists, and is not ours", name_of(forest))};
      co_return error;
    }
    firewall = each;
  }
  if (!firewall.is_null()) ids_[forest] = id_at(firewall, "id");
  co_return ApiResult<nlohmann::json>(boost::system::in_place_value, std::move(firewall));
}

asio::awaitable<Result<>> Firewalls::create(std::string forest, nlohmann::json rules) {
  const auto passed = co_await fence_.pass(Urgency::normal);  // other forests' firewalls may say who acts
  if (!passed) co_return passed.error();
  auto labels = fence_.labels(forest);
  if (!labels) co_return labels.error();
  nlohmann::json body;
  body["name"] = name_of(forest);
  body["labels"] = *std::move(labels);
  body["rules"] = std::move(rules);
  const auto made = co_await api_.post("/firewalls", body);
  if (!made) co_return to_error(made.error());
  ids_[forest] = id_at(*made, "firewall.id");
  co_return Result<>{};
}

asio::awaitable<Result<>> Firewalls::enclose(std::string forest, std::vector<std::string> addresses) {
  const auto rules = firewall_rules(addresses, security_, host_metrics_);
  if (!rules) co_return rules.error();
  nlohmann::json wanted = to_json(*rules);
  nlohmann::json firewall = fence_.seen(forest);
  if (firewall.is_null()) {
    auto found = co_await find(forest);
    if (!found) co_return to_error(found.error());
    firewall = *std::move(found);
  }
  if (firewall.is_null()) co_return co_await create(forest, wanted);
  co_return co_await set_rules(forest, firewall, wanted);
}

asio::awaitable<Result<>> Firewalls::set_rules(std::string forest, nlohmann::json firewall, nlohmann::json rules) {
  const auto ours = co_await fence_.check(firewall, Urgency::normal);
  if (!ours) co_return ours.error();
  if (meaning_of(list_at(firewall, "rules")) == meaning_of(rules)) co_return Result<>{};
  fence_.forget(forest);
  nlohmann::json body;
  body["rules"] = std::move(rules);
  const auto set = co_await api_.post(fmt::format("/firewalls/{}/actions/set_rules", id_at(firewall, "id")), body);
  fence_.forget(forest);
  if (!set && set.error().fault == Fault::not_found) {
    Error error{ErrorCode::unavailable, fmt::format("the firewall of {} vanished", forest), ""};
    co_return error;
  }
  if (!set) co_return to_error(set.error());
  co_return Result<>{};
}

asio::awaitable<Result<std::int64_t>> Firewalls::id_of(std::string forest) {
  const auto known = ids_.find(forest);
  if (known != ids_.end()) co_return known->second;
  const auto found = co_await find(forest);
  if (!found) co_return to_error(found.error());
  co_return found->is_null() ? std::int64_t{0} : id_at(*found, "id");
}

asio::awaitable<Result<>> Firewalls::remove(std::string forest) {
  ids_.erase(forest);
  fence_.forget(forest);
  const auto found = co_await api_.list("firewalls", "label_selector=" + ownership_.select_forest(forest), Urgency::deleting);
  if (!found) co_return to_error(found.error());
  for (const auto& firewall : *found) {
    const auto removed = co_await api_.remove(fmt::format("/firewalls/{}", id_at(firewall, "id")));
    fence_.forget(forest);
    if (!removed && removed.error().fault != Fault::not_found) co_return to_error(removed.error());
  }
  co_return Result<>{};
}

}  // namespace morpheus::hetzner
