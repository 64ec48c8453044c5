#include "daemon/provider/hetzner/hetzner_provider.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>

#include "daemon/image/cloud_config.hpp"
#include "daemon/provider/hetzner/catalog/candidates.hpp"
#include "daemon/provider/hetzner/machines.hpp"

namespace morpheus::hetzner {
namespace {

bool has_server(const std::vector<Server>& servers, const std::string& name) {
  return std::ranges::any_of(servers, [&](const Server& each) { return each.name == name; });
}

bool names_what_is_gone(const ApiError& error) {
  return error.fault == Fault::not_found || (error.fault == Fault::invalid && error.message.find("not found") != std::string::npos);
}

}  // namespace

HetznerProvider::HetznerProvider(const asio::any_io_executor& executor, Clock& clock, ApiClient& client,
                                 std::string installation_id, Settings settings, LeaseHolder& holder, Repairs& repairs)
    : clock_(clock),
      settings_(std::move(settings)),
      ownership_(std::move(installation_id)),
      access_(executor, clock, client, ownership_, holder),
      actions_(clock, access_.reader()),
      servers_(clock, access_.api(), actions_),
      addresses_(access_.api(), ownership_, settings_.hetzner.ipv4 ? "ipv4" : "ipv6"),
      firewalls_(access_.api(), ownership_, access_.board(), access_.fence(), repairs, settings_.security, settings_.host_metrics),
      groups_(executor, access_.api(), ownership_, repairs),
      keys_(access_.api(), repairs, settings_.hetzner.ssh_keys),
      availability_(clock),
      reading_catalog_(executor) {}

asio::awaitable<Result<std::string>> HetznerProvider::reserve_address(std::string forest, std::string name) {
  const auto refreshed = co_await refresh_catalog(Purpose::acting);
  if (!refreshed) co_return refreshed.error();
  const auto known = co_await addresses_.find(name);
  if (!known) co_return to_error(known.error());
  if (*known) co_return (*known)->address;
  const auto pair = choice().next();
  if (!pair) co_return choice().sold_out();
  const auto made = co_await addresses_.create(forest, name, pair->location);
  if (!made) co_return learn(made.error(), *pair, forest);
  co_return made->address;
}

asio::awaitable<Result<Machine>> HetznerProvider::create(MachineSpec spec) {
  const auto refreshed = co_await refresh_catalog(Purpose::acting);
  if (!refreshed) co_return refreshed.error();
  const auto there = co_await servers_.find(spec.name);
  if (!there) co_return to_error(there.error());
  if (*there) co_return co_await adopt(spec, **there);
  co_return co_await create_new(spec);
}

// Whose it is decides: the same intent made it, or it is a stranger's.
asio::awaitable<Result<Machine>> HetznerProvider::adopt(MachineSpec spec, Server server) {
  if (server.controller != ownership_.controller() || server.intent != spec.intent) {
    Error error{ErrorCode::conflict, fmt::format("a server {} exists, and something else made it", spec.name),
                "choose another name for the forest"};
    co_return error;
  }
  const auto acts = co_await access_.fence().pass(Urgency::normal);  // of two from one copy, both know the intent
  if (!acts) co_return acts.error();
  spdlog::info("{}: server {} is there already, made by the same intent", spec.name, server.id);
  const auto running = co_await servers_.wait_until_running(server, action_limit);
  if (!running) co_return to_error(running.error());
  co_return machine_of(*running);
}

asio::awaitable<Result<Machine>> HetznerProvider::adopt_holder(MachineSpec spec, std::int64_t server_id) {
  const auto holder = co_await servers_.get(server_id);
  if (!holder) co_return to_error(holder.error());
  if (*holder) co_return co_await adopt(spec, **holder);
  Error error{ErrorCode::unavailable, fmt::format("the address {} is still assigned to server {}, which is gone", spec.address, server_id), ""};
  co_return error;
}

asio::awaitable<Result<Machine>> HetznerProvider::create_new(MachineSpec spec) {
  const auto address = co_await addresses_.find(spec.name);
  if (!address) co_return to_error(address.error());
  if (!*address || (*address)->address != spec.address) {
    Error error{ErrorCode::moved, fmt::format("the address {} is not reserved any more", spec.address), ""};
    co_return error;
  }
  if ((*address)->server != 0) co_return co_await adopt_holder(spec, (*address)->server);
  const auto known = check_choice(*catalog_, settings_.hetzner);  // the catalog may have changed since the operation began
  if (!known) co_return known.error();
  const auto pair = choice().in((*address)->location, spec.most_monthly_cost);
  if (!pair) co_return pair.error();
  auto request = co_await create_request(spec, *pair, (*address)->id);
  if (!request) co_return request.error();
  const auto made = co_await servers_.create(*std::move(request), action_limit);
  // Another type is for the next try: what it may cost is known only then, because other nodes are made meanwhile.
  if (!made) co_return learn(made.error(), *pair, spec.forest);
  availability_.created();
  co_return machine_of(*made);
}

asio::awaitable<Result<nlohmann::json>> HetznerProvider::create_request(MachineSpec spec, MachinePair pair,
                                                                        std::int64_t address_id) {
  const auto told = user_data(spec, pair.type);
  if (!told) co_return told.error();
  const auto firewall = co_await firewalls_.id_of(spec.forest);
  if (!firewall) co_return firewall.error();
  if (*firewall == 0) {
    Error error{ErrorCode::unavailable, fmt::format("{} has no firewall yet", spec.forest), ""};
    co_return error;
  }
  const auto keys = co_await keys_.ids(true);
  if (!keys) co_return keys.error();
  const auto group = co_await groups_.take_room(spec.forest);
  if (!group) co_return group.error();
  nlohmann::json body;
  body["name"] = spec.name;
  body["server_type"] = pair.type;
  body["image"] = settings_.hetzner.image;
  body["location"] = pair.location;
  body["ssh_keys"] = *keys;
  body["firewalls"] = nlohmann::json::array({{{"firewall", *firewall}}});
  body["placement_group"] = *group;
  body["labels"] = ownership_.labels(spec.forest, spec.name, spec.intent);
  body["user_data"] = *told;
  body["start_after_create"] = true;
  body["public_net"]["enable_ipv4"] = settings_.hetzner.ipv4;
  body["public_net"]["enable_ipv6"] = true;
  body["public_net"][settings_.hetzner.ipv4 ? "ipv4" : "ipv6"] = address_id;
  co_return Result<nlohmann::json>(boost::system::in_place_value, std::move(body));
}

Error HetznerProvider::learn(const ApiError& error, const MachinePair& pair, const std::string& forest) {
  groups_.forget(forest);
  Error known = to_error(error);
  if (error.fault == Fault::sold_out) {
    availability_.sold_out(pair);
    known.message = fmt::format("{} is sold out in {}: {}", pair.type, pair.location, error.message);
  } else if (error.fault == Fault::not_offered) {
    availability_.not_offered(pair);
    known.message = fmt::format("{} cannot be ordered in {}: {}", pair.type, pair.location, error.message);
  } else if (error.fault == Fault::quota) {
    availability_.limit_met(error.message);
  } else if (names_what_is_gone(error)) {  // all that the request named is looked up again
    firewalls_.forget(forest);
    catalog_is_old_ = true;
    known.code = ErrorCode::unavailable;
    known.message = "something that was asked for had been deleted meanwhile: " + error.message;
  } else if (error.fault == Fault::taken) {
    known.code = ErrorCode::ambiguous;  // an earlier try of ours may have made it: it is looked up first
  }
  return known;
}

asio::awaitable<Result<std::vector<Machine>>> HetznerProvider::list(std::string forest) {
  // Teardown asks.
  const auto servers = co_await servers_.list(ownership_.select_forest(forest), Urgency::deleting);
  if (!servers) co_return to_error(servers.error());
  const auto reserved = co_await addresses_.list(ownership_.select_forest(forest), Urgency::deleting);
  if (!reserved) co_return to_error(reserved.error());
  std::vector<Machine> machines;
  for (const Server& server : *servers) machines.push_back(machine_of(server));
  for (const PrimaryIp& ip : *reserved) {
    const auto has_it = [&](const Server& each) { return each.id == ip.server || each.name == ip.node; };
    if (std::ranges::any_of(*servers, has_it)) continue;
    machines.push_back(machine_of(ip));
  }
  co_return machines;
}

std::string HetznerProvider::claim_of(const Server& server) const {
  return fmt::format("hcloud server add-label --overwrite {} {}={}", server.name, controller_label, ownership_.controller());
}

asio::awaitable<Result<Inventory>> HetznerProvider::inventory(Purpose purpose) {
  const auto refreshed = co_await refresh_catalog(purpose);
  const Urgency urgency = urgency_of(purpose);
  if (!refreshed) spdlog::warn("what machines cost is not known: {}", refreshed.error().message);
  const auto servers = co_await servers_.list(Ownership::select_managed(), urgency);
  if (!servers) co_return to_error(servers.error());
  const auto addresses = co_await addresses_.list(Ownership::select_managed(), urgency);
  if (!addresses) co_return to_error(addresses.error());
  Inventory inventory;
  for (const Server& server : *servers) {
    if (server.controller == ownership_.controller()) {
      inventory.own.push_back(machine_of(server));
    } else {
      inventory.others.push_back({server.name, server.controller, claim_of(server)});
    }
  }
  for (const PrimaryIp& ip : *addresses) {
    if (ip.server != 0 || has_server(*servers, ip.name)) continue;
    if (ip.controller == ownership_.controller()) {
      inventory.own.push_back(machine_of(ip));
    } else {
      inventory.others.push_back({ip.name, ip.controller, "hcloud primary-ip delete " + ip.name});
    }
  }
  co_return inventory;
}

asio::awaitable<Result<>> HetznerProvider::enclose(std::string forest, std::vector<Member> members) {
  co_return co_await firewalls_.enclose(forest, members);
}

asio::awaitable<Result<>> HetznerProvider::clear(std::string forest) {
  const auto acts = co_await access_.fence().pass(Urgency::deleting);  // that nothing is left may be another daemon's doing
  if (!acts) co_return acts.error();
  const auto firewall = co_await firewalls_.remove(forest);
  if (!firewall) co_return firewall.error();
  co_return co_await groups_.remove(forest);
}

asio::awaitable<Result<bool>> HetznerProvider::retire_witness(std::string) { co_return false; }

Result<std::string> HetznerProvider::user_data(const MachineSpec& spec, const std::string& type) const {
  const MachineType* known = catalog_->type(type);
  const auto architecture = release_architecture(known ? known->architecture : "");
  return render_cloud_config(spec.image, make_machine_setup(settings_.integration, architecture));
}

MachineChoice HetznerProvider::choice() const {
  return {candidates(*catalog_, settings_.hetzner), {"hetzner.server_types", "hetzner.locations"}, availability_};
}

StageLimits HetznerProvider::stage_limits() const {
  StageLimits limits;
  limits.boot = settings_.hetzner.boot_limit;
  limits.join = settings_.hetzner.join_limit;
  return limits;
}

Machine HetznerProvider::machine_of(const Server& server) const { return to_machine(server, catalog_ ? &*catalog_ : nullptr, settings_.hetzner.ipv4); }

Machine HetznerProvider::machine_of(const PrimaryIp& ip) const { return to_machine(ip, catalog_ ? &*catalog_ : nullptr, settings_.hetzner.ipv4); }

std::string HetznerProvider::waits_for() const {
  const Millis wait = access_.budget().wait_for(Urgency::normal);
  if (wait == Millis{0}) return {};
  return fmt::format("the account's calls are used up for {} s", std::chrono::ceil<std::chrono::seconds>(wait).count());
}

}  // namespace morpheus::hetzner
