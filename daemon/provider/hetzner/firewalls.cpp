#include "daemon/provider/hetzner/firewalls.hpp"

#include <fmt/format.h>

#include <set>

#include "daemon/provider/hetzner/action.hpp"

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

OpenPorts open_ports(const FirewallRule& rule) {
  return OpenPorts{"in", "tcp", rule.ports, {rule.sources.begin(), rule.sources.end()}};
}

// Whatever their order is, and what the API adds to them.
bool are(const std::vector<OpenPorts>& rules, const std::vector<FirewallRule>& wanted) {
  const std::multiset<OpenPorts> there(rules.begin(), rules.end());
  std::multiset<OpenPorts> all;
  for (const FirewallRule& rule : wanted) all.insert(open_ports(rule));
  return there == all;
}

}  // namespace

asio::awaitable<ApiResult<std::optional<Firewall>>> Firewalls::find(std::string forest) {
  const auto found = co_await api_.list("firewalls", "name=" + query_value(name_of(forest)), read_firewall);
  if (!found) co_return found.error();
  std::optional<Firewall> firewall;
  for (const Firewall& each : *found) {
    if (each.name != name_of(forest)) continue;
    if (!ownership_.owns(each.labels)) {
      ApiError error{Fault::taken, 0, "", fmt::format("a firewall \"{}\" exists, and is not ours", name_of(forest))};
      co_return error;
    }
    firewall = each;
  }
  if (firewall) ids_[forest] = firewall->id;
  co_return firewall;
}

asio::awaitable<Result<>> Firewalls::create(std::string forest, std::vector<FirewallRule> rules) {
  const auto passed = co_await fence_.pass(Urgency::normal);  // other forests' firewalls may say who acts
  if (!passed) co_return passed.error();
  auto labels = fence_.labels(forest);
  if (!labels) co_return labels.error();
  nlohmann::json body;
  body["name"] = name_of(forest);
  body["labels"] = *std::move(labels);
  body["rules"] = to_json(rules);
  const auto made = co_await api_.post("/firewalls", body, read_one_firewall);
  if (!made) co_return to_error(made.error());
  ids_[forest] = made->id;
  co_return Result<>{};
}

asio::awaitable<Result<>> Firewalls::enclose(std::string forest, std::vector<std::string> addresses) {
  const auto rules = firewall_rules(addresses, security_, host_metrics_);
  if (!rules) co_return rules.error();
  std::optional<Firewall> firewall = fence_.seen(forest);
  if (!firewall) {
    auto found = co_await find(forest);
    if (!found) co_return to_error(found.error());
    firewall = *std::move(found);
  }
  if (!firewall) co_return co_await create(forest, *rules);
  co_return co_await set_rules(forest, *firewall, *rules);
}

asio::awaitable<Result<>> Firewalls::set_rules(std::string forest, Firewall firewall, std::vector<FirewallRule> rules) {
  const auto ours = co_await fence_.check(firewall, Urgency::normal);
  if (!ours) co_return ours.error();
  if (are(firewall.rules, rules)) co_return Result<>{};
  fence_.forget(forest);
  nlohmann::json body;
  body["rules"] = to_json(rules);
  const auto set = co_await api_.post(fmt::format("/firewalls/{}/actions/set_rules", firewall.id), body, read_actions);
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
  co_return *found ? (*found)->id : std::int64_t{0};
}

asio::awaitable<Result<>> Firewalls::remove(std::string forest) {
  ids_.erase(forest);
  fence_.forget(forest);
  const auto found = co_await api_.list("firewalls", "label_selector=" + ownership_.select_forest(forest), read_firewall, Urgency::deleting);
  if (!found) co_return to_error(found.error());
  for (const Firewall& firewall : *found) {
    const auto removed = co_await api_.remove(fmt::format("/firewalls/{}", firewall.id));
    fence_.forget(forest);
    if (!removed && removed.error().fault != Fault::not_found) co_return to_error(removed.error());
  }
  co_return Result<>{};
}

}  // namespace morpheus::hetzner
