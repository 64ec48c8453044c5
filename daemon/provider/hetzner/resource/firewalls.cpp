#include "daemon/provider/hetzner/resource/firewalls.hpp"

#include <fmt/format.h>

#include <charconv>
#include <set>

#include "daemon/provider/hetzner/api/action.hpp"

namespace morpheus::hetzner {
namespace {

constexpr const char* already_applied = "firewall_already_applied";

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
std::multiset<OpenPorts> meaning_of(const std::vector<FirewallRule>& rules) {
  std::multiset<OpenPorts> all;
  for (const FirewallRule& rule : rules) all.insert(open_ports(rule));
  return all;
}

std::int64_t id_of_machine(const Member& member) {
  std::int64_t id = 0;
  std::from_chars(member.machine_id.data(), member.machine_id.data() + member.machine_id.size(), id);
  return id;
}

nlohmann::json one_server(std::int64_t id) {
  nlohmann::json target;
  target["type"] = "server";
  target["server"]["id"] = id;
  nlohmann::json body;
  body["apply_to"] = nlohmann::json::array({target});
  return body;
}

}  // namespace

asio::awaitable<ApiResult<std::optional<Firewall>>> Firewalls::find(std::string forest, Urgency urgency) {
  const auto found = co_await api_.list("firewalls", "label_selector=" + ownership_.select_own(), read_firewall, urgency);
  if (!found) co_return found.error();
  std::optional<Firewall> firewall;
  for (const Firewall& each : ownership_.own(*found)) {
    const auto its_forest = label_at(each.labels, forest_label);
    const bool named = each.name == name_of(forest) && (its_forest == forest || its_forest.empty());
    const bool labelled = its_forest == forest && !firewall;
    if (named || labelled) firewall = each;
  }
  if (firewall) ids_[forest] = firewall->id;
  co_return firewall;
}

asio::awaitable<Result<>> Firewalls::create(std::string forest, std::vector<FirewallRule> rules, std::vector<Member> members) {
  const auto acts = co_await fence_.pass(Urgency::normal);
  if (!acts) co_return acts.error();
  const auto own = fence_.own();
  if (!own) co_return own.error();
  auto labels = ownership_.labels(forest);
  labels[lease_label] = to_text(*own);
  nlohmann::json body;
  body["name"] = name_of(forest);
  body["labels"] = std::move(labels);
  body["rules"] = to_json(rules);
  const auto made = co_await api_.post("/firewalls", body, read_one_firewall);
  if (!made && made.error().fault == Fault::taken) {
    Error error{ErrorCode::conflict, fmt::format("a firewall \"{}\" exists, and is not ours", name_of(forest)),
                "rename or delete it in the cloud console"};
    co_return error;
  }
  if (!made) co_return to_error(made.error());
  ids_[forest] = made->id;
  rules_[forest] = meaning_of(rules);
  if (outside(*made, members).empty()) co_return Result<>{};
  repairs_.put_right(forest, fmt::format("its firewall {} did not exist any more: it is made again", name_of(forest)));
  co_return co_await take_in(forest, *made, members);
}

asio::awaitable<Result<>> Firewalls::enclose(std::string forest, std::vector<Member> members) {
  std::vector<std::string> addresses;
  for (const Member& member : members) addresses.push_back(member.address);
  const auto rules = firewall_rules(addresses, security_, host_metrics_);
  if (!rules) co_return rules.error();
  std::optional<Firewall> firewall;
  if (fence_.is_fresh()) firewall = board_.seen(forest);
  // What was seen may be older than a machine.
  if (!firewall || !outside(*firewall, members).empty()) {
    auto found = co_await find(forest, Urgency::normal);
    if (!found) co_return to_error(found.error());
    firewall = *std::move(found);
  }
  if (!firewall) co_return co_await create(forest, *rules, members);
  ids_[forest] = firewall->id;
  const auto set = co_await set_rules(forest, *firewall, *rules);
  if (!set) co_return set;
  co_return co_await take_in(forest, *firewall, members);
}

asio::awaitable<Result<>> Firewalls::set_rules(std::string forest, Firewall firewall, std::vector<FirewallRule> rules) {
  const auto ours = co_await fence_.check(board_.posting_of(firewall), Urgency::normal);
  if (!ours) co_return ours.error();
  const auto wanted = meaning_of(rules);
  const std::multiset<OpenPorts> there(firewall.rules.begin(), firewall.rules.end());
  const bool changed_by_others = rules_.contains(forest) && rules_[forest] != there;
  rules_[forest] = wanted;
  if (there == wanted) co_return Result<>{};
  board_.forget(forest);
  rules_.erase(forest);
  nlohmann::json body;
  body["rules"] = to_json(rules);
  const auto set = co_await api_.post(fmt::format("/firewalls/{}/actions/set_rules", firewall.id), body, read_actions);
  board_.forget(forest);
  if (!set && set.error().fault == Fault::not_found) {
    Error error{ErrorCode::unavailable, fmt::format("the firewall of {} vanished", forest), ""};
    co_return error;
  }
  if (!set) co_return to_error(set.error());
  rules_[forest] = wanted;
  if (changed_by_others) {
    repairs_.put_right(forest, fmt::format("somebody else had changed the rules of its firewall {}: they are set again", firewall.name));
  }
  co_return Result<>{};
}

std::vector<Member> Firewalls::outside(const Firewall& firewall, const std::vector<Member>& members) {
  std::vector<Member> all;
  for (const Member& member : members) {
    const auto id = id_of_machine(member);
    if (id != 0 && !firewall.servers.contains(id)) all.push_back(member);
  }
  return all;
}

asio::awaitable<Result<>> Firewalls::take_in(std::string forest, Firewall firewall, std::vector<Member> members) {
  const auto missing = outside(firewall, members);
  if (missing.empty()) co_return Result<>{};
  board_.forget(forest);
  const auto path = fmt::format("/firewalls/{}/actions/apply_to_resources", firewall.id);
  for (const Member& member : missing) {
    const auto body = one_server(id_of_machine(member));
    const auto applied = co_await api_.post(path, body, read_actions);
    board_.forget(forest);
    const bool needless = !applied && (applied.error().code == already_applied || applied.error().fault == Fault::not_found);
    if (needless) continue;  // it is inside by now, or there is none any more
    if (!applied) co_return to_error(applied.error());
    repairs_.put_right(forest, fmt::format("{} was outside of the firewall {}, which shut nobody out of it: it is inside again", member.name, firewall.name));
  }
  co_return Result<>{};
}

asio::awaitable<Result<std::int64_t>> Firewalls::id_of(std::string forest) {
  const auto known = ids_.find(forest);
  if (known != ids_.end()) co_return known->second;
  const auto found = co_await find(forest, Urgency::normal);
  if (!found) co_return to_error(found.error());
  co_return *found ? (*found)->id : std::int64_t{0};
}

asio::awaitable<Result<>> Firewalls::remove(std::string forest) {
  rules_.erase(forest);
  board_.forget(forest);
  const auto found = co_await api_.list("firewalls", "label_selector=" + ownership_.select_forest(forest), read_firewall, Urgency::deleting);
  if (!found) co_return to_error(found.error());
  auto all = ownership_.own(*found, forest);
  const auto known = co_await find(forest, Urgency::deleting);  // also one that a hand took the forest's label from
  if (!known) co_return to_error(known.error());
  const bool is_listed = *known && std::ranges::any_of(all, [&](const Firewall& each) { return each.id == (*known)->id; });
  if (*known && !is_listed) all.push_back(**known);
  forget(forest);
  for (const Firewall& firewall : all) {
    const auto removed = co_await api_.remove(fmt::format("/firewalls/{}", firewall.id));
    board_.forget(forest);
    if (!removed && removed.error().fault != Fault::not_found) co_return to_error(removed.error());
  }
  co_return Result<>{};
}

}  // namespace morpheus::hetzner
