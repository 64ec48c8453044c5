#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>

#include "daemon/forest/addresses.hpp"
#include "daemon/forest/doctor.hpp"
#include "daemon/forest/manager.hpp"
#include "daemon/forest/orphans.hpp"
#include "daemon/forest/policy_input.hpp"

namespace morpheus {
namespace {

// A name in one of the manager's sets for as long as it lives.
class Hold {
 public:
  Hold(std::multiset<std::string>& names, const std::string& name) : names_(names), place_(names.insert(name)) {}
  Hold(const Hold&) = delete;
  Hold& operator=(const Hold&) = delete;
  ~Hold() { names_.erase(place_); }

 private:
  std::multiset<std::string>& names_;
  std::multiset<std::string>::iterator place_;
};

Error in_other_hands(const std::string& name) {
  return Error{ErrorCode::refused, fmt::format("{} is being adopted or deleted right now", name),
               "morpheusctl orphans shows what is left when that is done"};
}

Error stored_node(const std::string& name) {
  return Error{ErrorCode::refused, fmt::format("{} is no orphan: a node of that name is stored", name),
               fmt::format("morpheusctl status {}", forest_in(name))};
}

Error somebody_elses(const ForeignMachine& machine) {
  Error error{ErrorCode::refused, fmt::format("{} belongs to another controller, {}", machine.name, machine.controller), ""};
  if (!machine.way_out.empty()) error.hint = fmt::format("if it is really nobody else's: {}", machine.way_out);
  return error;
}

// On that provider; empty: on any.
bool is_stored(const ForestContext& context, const std::string& name, const std::string& provider = "") {
  const auto forest = context.store.forest(name);
  return forest && (provider.empty() || forest->provider == provider);
}

// What the providers said of a name.
struct Search {
  std::optional<Orphan> orphan;  // unset without `error`: there is nothing of that name
  std::optional<Error> error;
};

void look_through(const Inventory& inventory, const std::set<std::string>& known_before,
                  const std::set<std::string>& known_after, const std::string& provider, const std::string& name,
                  Search& search) {
  for (const Machine& machine : orphans_of(inventory, known_before, known_after)) {
    if (machine.name == name) search.orphan = Orphan{provider, machine};
  }
  const bool own = std::ranges::any_of(inventory.own, [&](const Machine& each) { return each.name == name; });
  if (own && !search.orphan) search.error = stored_node(name);
  for (const ForeignMachine& machine : inventory.others) {
    if (machine.name == name && !own) search.error = somebody_elses(machine);
  }
}

bool may_have_machines(const ForestContext& context, const std::string& provider) {
  return context.providers.at(provider)->is_configured() || has_forests(context.store, provider);
}

// Asks every provider again. What one of them has is certain, whatever becomes of the others; that there is nothing is
// certain only when all have answered.
asio::awaitable<Search> search_orphan(const ForestContext& context, std::string name) {
  Search search;
  for (const auto& [provider_name, provider] : context.providers) {
    if (!may_have_machines(context, provider_name)) continue;
    const auto known_before = known_machines(context.store, provider_name);
    const auto inventory = co_await provider->inventory();
    if (inventory) {
      const auto known_after = known_machines(context.store, provider_name);
      look_through(*inventory, known_before, known_after, provider_name, name, search);
    } else if (!search.error) {
      search.error = inventory.error();
    }
    if (search.orphan) break;
  }
  if (search.orphan) search.error.reset();
  co_return search;
}

Event orphan_event(const Machine& machine, std::string message) {
  Event event;
  event.kind = "orphan";
  event.forest = machine.forest;
  event.node = machine.name;
  event.message = std::move(message);
  return event;
}

// The limits do not forbid what costs already, but they are said.
std::vector<std::string> limits_met(const ForestContext& context, const Forest& forest) {
  const PolicyInput input = policy_input(context, forest, Trigger::loop);
  std::vector<std::string> warnings;
  const auto nodes = static_cast<int>(input.nodes.size());
  if (nodes >= input.growth.max_nodes) {
    warnings.push_back(fmt::format("{} has {} nodes now and grows no more: growth.max_nodes is {}", forest.name, nodes,
                                   input.growth.max_nodes));
  }
  const auto& limit = input.growth.max_monthly_cost;
  if (limit && input.costs_money && input.monthly_cost && *input.monthly_cost > *limit) {
    warnings.push_back(fmt::format("all forests cost {:.2f} a month now: growth.max_monthly_cost is {:.2f}",
                                   *input.monthly_cost, *limit));
  }
  return warnings;
}

// Removes what stands around the machines of a forest that is not stored, once the last is gone. false: some are left.
asio::awaitable<Result<bool>> clear_if_last(Provider& provider, std::string forest) {
  const auto left = co_await provider.list(forest);
  if (!left) co_return left.error();
  if (!left->empty()) co_return Result<bool>{false};
  const auto cleared = co_await provider.clear(forest);
  if (!cleared) co_return cleared.error();
  co_return Result<bool>{true};
}

// The same at every provider, for a name of which nothing is there any more: an earlier deletion may have ended before it.
asio::awaitable<Result<bool>> clear_again(const ForestContext& context, std::string forest) {
  bool all = true;
  for (const auto& [name, provider] : context.providers) {
    if (!may_have_machines(context, name)) continue;
    const auto cleared = co_await clear_if_last(*provider, forest);
    if (!cleared) co_return cleared.error();
    all = all && *cleared;
  }
  co_return Result<bool>{all};
}

}  // namespace

asio::awaitable<std::vector<Finding>> ForestManager::examine() { co_return co_await examine_all(context_); }

asio::awaitable<Result<OrphansView>> ForestManager::orphans() {
  OrphansView view;
  for (const auto& [name, provider] : context_.providers) {
    if (!may_have_machines(context_, name)) continue;
    const auto known_before = known_machines(context_.store, name);
    const auto inventory = co_await provider->inventory();
    if (!inventory) {
      view.failed.push_back({name, describe(inventory.error())});
      continue;
    }
    for (const Machine& machine : orphans_of(*inventory, known_before, known_machines(context_.store, name))) {
      view.orphans.push_back(to_view(machine, name));
    }
    for (const ForeignMachine& machine : inventory->others) {
      view.others.push_back({machine.name, name, machine.controller});
    }
  }
  co_return view;
}

Result<Forest> ForestManager::forest_for(const Orphan& orphan) const {
  const Machine& machine = orphan.machine;
  const auto way_out = fmt::format("morpheusctl delete-orphan {}", machine.name);
  if (machine.id.empty()) {
    return Error{ErrorCode::refused, fmt::format("{} is an address alone, without a machine", machine.name), way_out};
  }
  if (!index_in(machine.forest, machine.name)) {
    return Error{ErrorCode::refused,
                 fmt::format("{} is no node's name of forest \"{}\", which its label says", machine.name, machine.forest), way_out};
  }
  if (!is_stored(context_, machine.forest, orphan.provider)) {
    return Error{ErrorCode::refused,
                 fmt::format("{} belongs to forest {} on {}, which is not stored here: nobody has its passwords any more",
                             machine.name, machine.forest, orphan.provider),
                 way_out};
  }
  if (known_machines(context_.store, orphan.provider).contains(machine.name)) return stored_node(machine.name);
  const auto secrets = context_.secrets.get(machine.forest);
  if (!secrets) return secrets.error();
  return find_idle(machine.forest);
}

asio::awaitable<Result<AdoptionView>> ForestManager::adopt(std::string name, Caller caller) {
  const auto allowed = may_act(context_.store);
  if (!allowed) co_return allowed.error();
  if (in_hand_.contains(name)) co_return in_other_hands(name);
  const Hold hold(in_hand_, name);
  const auto found = co_await search_orphan(context_, name);
  if (found.error) co_return *found.error;
  if (!found.orphan) {
    Error error{ErrorCode::not_found, fmt::format("no orphan \"{}\"", name), "morpheusctl orphans shows them"};
    co_return error;
  }
  const auto wanted = forest_for(*found.orphan);
  if (!wanted) co_return wanted.error();
  const auto report = co_await context_.poller.look(found.orphan->machine.address);
  const auto evidence = evidence_of(report, wanted->name, name);
  if (!evidence) co_return evidence.error();
  const auto forest = forest_for(*found.orphan);  // it took its time: everything is looked at again
  if (!forest) co_return forest.error();
  store_adopted(*forest, found.orphan->machine, *evidence, caller);
  AdoptionView view;
  view.node = name;
  view.forest = forest->name;
  view.role = evidence->role;
  view.warnings = limits_met(context_, *forest);
  const auto enclosed = co_await enclose_forest(context_, *forest);
  if (!enclosed) {
    view.warnings.push_back(fmt::format("the forest's firewall does not know it yet: {}; tried again within {} minutes",
                                        describe(enclosed.error()), Reconciler::interval.count() / 60'000));
  }
  co_return view;
}

void ForestManager::store_adopted(Forest forest, const Machine& machine, const Evidence& evidence, const Caller& caller) {
  Node node;
  for (const Node& each : context_.store.nodes(forest.id)) {
    if (each.name == machine.name) node = each;  // it was taken for gone: its row lives again
  }
  const Stamp now = context_.clock.stamp();
  if (node.id == 0) node.created = now.wall;
  node.forest_id = forest.id;
  node.index = *index_in(forest.name, machine.name);
  node.name = node.server_name = machine.name;
  node.intent = machine.intent;
  node.role = evidence.role;
  node.state = NodeState::ready;
  node.state_since = now;
  node.witness = evidence.witness;
  node.machine_id = machine.id;
  node.address = machine.address;
  node.capacity = machine.capacity;
  node.machine_type = machine.type;
  node.location = machine.location;
  node.monthly_cost = machine.monthly_cost;
  node.operation_id = 0;
  node.in_meta_group = evidence.role == NodeRole::core;
  node.reason = "adopted";
  forest.next_index = std::max(forest.next_index, node.index + 1);
  Store::Transaction transaction(context_.store);
  record_command(caller, forest.name, machine.name, fmt::format("adopt {}", machine.name));
  context_.store.update_forest(forest);
  if (node.id == 0) {
    context_.store.add_node(node);
  } else {
    context_.store.update_node(node);
  }
  context_.journal.record(orphan_event(machine, fmt::format("{} is adopted: it answers as this server, and is a ready {} now",
                                                            machine.name, to_string(evidence.role))));
  transaction.commit();
  context_.poller.hurry();
}

// Whatever becomes of it, no growth is to give its name again: the deletion goes by that name.
Result<> ForestManager::begin_deletion(const Orphan& orphan, const Caller& caller) {
  const Machine& machine = orphan.machine;
  if (known_machines(context_.store, orphan.provider).contains(machine.name)) return stored_node(machine.name);
  Store::Transaction transaction(context_.store);
  for (Forest& forest : context_.store.forests()) {
    const auto index = index_in(forest.name, machine.name);
    if (!index || *index < forest.next_index) continue;
    forest.next_index = *index + 1;
    context_.store.update_forest(forest);
  }
  record_command(caller, machine.forest, machine.name, fmt::format("delete-orphan {}", machine.name));
  transaction.commit();
  return {};
}

asio::awaitable<Result<DeletionView>> ForestManager::delete_orphan(std::string name, Caller caller) {
  const auto allowed = may_act(context_.store);
  if (!allowed) co_return allowed.error();
  if (in_hand_.contains(name)) co_return in_other_hands(name);
  const Hold hold(in_hand_, name);
  const Hold named(clearing_, forest_in(name));
  DeletionView view;
  view.name = name;
  const auto found = co_await search_orphan(context_, name);
  if (found.error) co_return *found.error;
  if (!found.orphan) {
    const auto forest = forest_in(name);
    if (forest.empty() || is_stored(context_, forest)) co_return view;
    const auto cleared = co_await clear_again(context_, forest);
    if (!cleared) co_return cleared.error();
    view.cleared = *cleared;
    co_return view;
  }
  const Machine machine = found.orphan->machine;
  const Hold labelled(clearing_, machine.forest);
  const auto begun = begin_deletion(*found.orphan, caller);
  if (!begun) co_return begun.error();
  Provider& provider = *context_.providers.at(found.orphan->provider);
  const auto destroyed = co_await provider.destroy(name);
  if (!destroyed) co_return destroyed.error();
  view.deleted = true;
  view.orphan = to_view(machine, found.orphan->provider);
  context_.journal.record(orphan_event(machine, fmt::format("{} is deleted", describe_orphan(machine))));
  if (machine.forest.empty() || is_stored(context_, machine.forest, found.orphan->provider)) co_return view;
  const auto cleared = co_await clear_if_last(provider, machine.forest);
  if (!cleared) co_return cleared.error();
  view.cleared = *cleared;
  co_return view;
}

}  // namespace morpheus
