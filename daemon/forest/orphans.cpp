#include "daemon/forest/orphans.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "daemon/forest/addresses.hpp"
#include "daemon/forest/node_steps.hpp"
#include "daemon/monitor/node_probe.hpp"

namespace morpheus {
namespace {

constexpr std::int64_t no_node = 0;  // no stored node has this id

// n of "<forest>-node-<n>"; unset: the name is no node's.
std::optional<int> index_of(const Machine& machine) {
  const std::string prefix = machine.forest + "-node-";
  if (machine.forest.empty() || !machine.name.starts_with(prefix)) return std::nullopt;
  int index = 0;
  const char* end = machine.name.data() + machine.name.size();
  const auto parsed = std::from_chars(machine.name.data() + prefix.size(), end, index);
  if (parsed.ec != std::errc() || parsed.ptr != end || index < 1) return std::nullopt;
  return index;
}

OrphanView to_view(const std::string& provider, const Machine& machine) {
  OrphanView view;
  view.name = machine.name;
  view.id = machine.id;
  view.provider = provider;
  view.forest = machine.forest;
  view.address = machine.address;
  view.machine_type = machine.type;
  view.location = machine.location;
  view.monthly_cost = machine.monthly_cost;
  return view;
}

Error delete_instead(std::string message, const std::string& name) {
  return Error{ErrorCode::refused, std::move(message), fmt::format("morpheusctl delete-orphan {}, if nobody needs it", name)};
}

// The forest that it belongs to, as long as it may be changed.
Result<Forest> idle_forest(const ForestContext& context, const Machine& machine) {
  const auto forest = context.store.forest(machine.forest);
  if (!forest) {
    return delete_instead(fmt::format("{} is of the forest {}, which is not stored here", machine.name, machine.forest), machine.name);
  }
  if (is_at_work(context, forest->id)) {
    return Error{ErrorCode::refused, fmt::format("an operation is at work on {}", forest->name),
                 fmt::format("morpheusctl status {}; adopt it afterwards", forest->name)};
  }
  return *forest;
}

// The row of that name, from when the node was thought gone, or a new one.
Node node_for(const ForestContext& context, const Forest& forest, const Machine& machine, NodeRole role) {
  Node node;
  for (const Node& each : context.store.nodes(forest.id)) {
    if (each.name == machine.name) node = each;
  }
  node.forest_id = forest.id;
  node.index = *index_of(machine);
  node.name = node.server_name = machine.name;
  node.intent = machine.intent;
  node.role = role;
  node.state = NodeState::ready;
  node.state_since = context.clock.stamp();
  node.machine_id = machine.id;
  node.address = machine.address;
  node.capacity = machine.capacity;
  node.machine_type = machine.type;
  node.location = machine.location;
  node.monthly_cost = machine.monthly_cost;
  node.in_meta_group = role == NodeRole::core;
  node.reason.clear();
  if (node.id == no_node) node.created = context.clock.wall();
  return node;
}

void keep_index(const ForestContext& context, const Machine& machine) {
  auto forest = context.store.forest(machine.forest);
  const auto index = index_of(machine);
  if (!forest || !index || forest->next_index > *index) return;
  forest->next_index = *index + 1;
  context.store.update_forest(*forest);
}

}  // namespace

std::set<std::string> known_machines(const Store& store) {
  std::set<std::string> names;
  for (const Forest& forest : store.forests()) {
    for (const Node& node : store.nodes(forest.id)) {
      if (costs(node)) names.insert(node.name);
    }
  }
  return names;
}

std::vector<Machine> orphans_of(const Inventory& inventory, const std::set<std::string>& known_before, const Store& store) {
  const auto known = known_machines(store);
  std::vector<Machine> orphans;
  for (const Machine& machine : inventory.own) {
    if (!known_before.contains(machine.name) && !known.contains(machine.name)) orphans.push_back(machine);
  }
  return orphans;
}

asio::awaitable<Result<OrphansView>> Orphans::list() {
  OrphansView view;
  for (const auto& [name, provider] : context_.providers) {
    if (!provider->is_configured()) continue;
    const auto known_before = known_machines(context_.store);
    const auto inventory = co_await provider->inventory();
    if (!inventory) {
      view.failed.push_back({name, describe(inventory.error())});
      continue;
    }
    for (const Machine& machine : orphans_of(*inventory, known_before, context_.store)) {
      view.orphans.push_back(to_view(name, machine));
    }
    view.others.insert(view.others.end(), inventory->others.begin(), inventory->others.end());
  }
  co_return view;
}

asio::awaitable<Result<Orphans::Orphan>> Orphans::find(std::string name) {
  Error error{ErrorCode::not_found, fmt::format("there is no orphan \"{}\"", name), "morpheusctl orphans shows them"};
  for (const auto& [provider_name, provider] : context_.providers) {
    if (!provider->is_configured()) continue;
    const auto known_before = known_machines(context_.store);
    const auto inventory = co_await provider->inventory();
    if (!inventory) {
      error = inventory.error();
      continue;
    }
    for (const Machine& machine : orphans_of(*inventory, known_before, context_.store)) {
      if (machine.name == name) co_return Orphan{provider_name, machine};
    }
    for (const auto& other : inventory->others) {
      if (!other.starts_with(name + " (")) continue;
      error = {ErrorCode::refused, other + " is another installation's",
               fmt::format("if that is no more, make it this one's: hcloud server add-label --overwrite {} morpheus-controller={}", name,
                           context_.store.installation_id())};
    }
  }
  co_return error;
}

asio::awaitable<Result<NodeRole>> Orphans::look_at(Machine machine) {
  const ProbeTarget target{no_node, machine.address};
  const ProbeWants wants{false, false, true};
  const auto report = co_await context_.probe.probe(target, wants);
  context_.probe.forget(no_node);
  if (!report.varz || !report.jsz) {
    const auto why = report.error.empty() ? std::string("its JetStream is unknown") : report.error;
    co_return delete_instead(fmt::format("{} does not serve as a node at {}: {}", machine.name, machine.address, why), machine.name);
  }
  if (report.varz->server_name != machine.name) {
    co_return delete_instead(fmt::format("at {} another server answers: {}", machine.address, report.varz->server_name), machine.name);
  }
  co_return report.jsz->enabled ? NodeRole::core : NodeRole::edge;
}

asio::awaitable<Result<AdoptionView>> Orphans::adopt(std::string name, Caller caller) {
  const auto orphan = co_await find(name);
  if (!orphan) co_return orphan.error();
  const Machine& machine = orphan->machine;
  if (machine.id.empty()) co_return delete_instead(fmt::format("{} is an address without a machine", name), name);
  if (!index_of(machine)) co_return delete_instead(fmt::format("{} has no node's name", name), name);
  const auto before = idle_forest(context_, machine);
  if (!before) co_return before.error();
  const auto role = co_await look_at(machine);
  if (!role) co_return role.error();
  const auto forest = idle_forest(context_, machine);
  if (!forest) co_return forest.error();
  if (known_machines(context_.store).contains(name)) {
    Error error{ErrorCode::conflict, fmt::format("{} is a node already", name), "morpheusctl status " + forest->name};
    co_return error;
  }
  Node node = node_for(context_, *forest, machine, *role);
  Store::Transaction transaction(context_.store);
  record_command(context_, caller, forest->name, name, "adopt");
  if (node.id == no_node) {
    node.id = context_.store.add_node(node);
  } else {
    context_.store.update_node(node);
  }
  keep_index(context_, machine);
  record(*orphan, "adopted: a ready node of its forest");
  transaction.commit();
  context_.poller.hurry();
  const auto enclosed = co_await enclose_forest(context_, *forest);
  if (!enclosed) co_return enclosed.error();
  AdoptionView view;
  view.forest = forest->name;
  view.node = name;
  view.role = *role;
  co_return view;
}

asio::awaitable<Result<>> Orphans::remove(std::string name, Caller caller) {
  const auto orphan = co_await find(name);
  if (!orphan) co_return orphan.error();
  Store::Transaction transaction(context_.store);
  record_command(context_, caller, orphan->machine.forest, name, "delete-orphan");
  keep_index(context_, orphan->machine);  // from here on no growth makes a machine of that name
  transaction.commit();
  const auto clearing = clearing_.insert(orphan->machine.forest);
  const auto destroyed = co_await destroy(*orphan);
  clearing_.erase(clearing);
  if (!destroyed) co_return destroyed.error();
  record(*orphan, "deleted");
  co_return Result<>{};
}

asio::awaitable<Result<>> Orphans::destroy(Orphan orphan) {
  Provider& provider = *context_.providers.at(orphan.provider);
  const auto destroyed = co_await provider.destroy(orphan.machine.name);
  if (!destroyed) co_return destroyed.error();
  const std::string forest = orphan.machine.forest;
  if (forest.empty() || context_.store.forest(forest)) co_return Result<>{};
  const auto left = co_await provider.list(forest);
  if (!left) co_return left.error();
  if (!left->empty()) co_return Result<>{};
  co_return co_await provider.clear(forest);
}

void Orphans::record(const Orphan& orphan, const std::string& what) {
  Event event;
  event.kind = "orphan";
  event.forest = orphan.machine.forest;
  event.node = orphan.machine.name;
  event.message = what;
  context_.journal.record(std::move(event));
}

}  // namespace morpheus
