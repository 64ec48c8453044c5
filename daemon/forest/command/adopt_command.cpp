#include <fmt/format.h>

#include <algorithm>

#include "daemon/forest/autoscaler/policy_input.hpp"
#include "daemon/forest/command/commands.hpp"
#include "daemon/forest/command/find.hpp"
#include "daemon/forest/leadership/may_begin.hpp"
#include "daemon/forest/node/addresses.hpp"
#include "daemon/forest/node/transition.hpp"
#include "daemon/forest/orphan/evidence.hpp"
#include "daemon/forest/orphan/hold.hpp"
#include "daemon/forest/orphan/provider_fault.hpp"
#include "daemon/forest/orphan/search.hpp"

namespace morpheus::command {
namespace {

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

// The node of that name whose machine may exist and is known by its id: also one that cannot be deleted before its labels are right.
std::optional<Node> stored_machine(const ForestContext& context, const std::string& name) {
  for (const Forest& forest : context.store.forests()) {
    for (Node& node : context.store.nodes(forest.id)) {
      if (node.name == name && costs(node) && !node.machine_id.empty()) return std::move(node);
    }
  }
  return std::nullopt;
}

Result<Forest> forest_for(const ForestContext& context, const Orphan& orphan) {
  const Machine& machine = orphan.machine;
  const auto way_out = fmt::format("morpheusctl delete-orphan {}", machine.name);
  if (machine.id.empty()) {
    return Error{ErrorCode::refused, fmt::format("{} is an address alone, without a machine", machine.name), way_out};
  }
  if (!index_in(machine.forest, machine.name)) {
    return Error{ErrorCode::refused,
                 fmt::format("{} is no node's name of forest \"{}\", which its label says", machine.name, machine.forest), way_out};
  }
  if (!is_stored_forest(context, machine.forest, orphan.provider)) {
    return Error{ErrorCode::refused,
                 fmt::format("{} belongs to forest {} on {}, which is not stored here: nobody has its passwords any more",
                             machine.name, machine.forest, orphan.provider),
                 way_out};
  }
  if (known_machines(context.store, orphan.provider).has(machine)) return no_orphan(machine.name);
  const auto secrets = context.secrets.get(machine.forest);
  if (!secrets) return secrets.error();
  return find_idle(context, machine.forest);
}

asio::awaitable<Result<AdoptionView>> restore(const CommandContext& command, Node node, Caller caller) {
  const ForestContext& context = command.forests;
  const Forest forest = forest_of(context, node.forest_id);
  const MachineRef meant = machine_of(node);
  const auto restored = co_await context.provider_of(forest).restore(meant, forest.name, node.intent);
  if (!restored) co_return provider_fault(restored.error());
  if (!*restored) co_return no_orphan(node.name);
  command.looks.forget();
  record_command(context, caller, forest.name, node.name, fmt::format("adopt {}", node.name));
  Event event;
  event.kind = "node";
  event.forest = forest.name;
  event.node = node.name;
  event.message = fmt::format("its machine (id {}) has its name and labels again", node.machine_id);
  context.journal.record(std::move(event));
  AdoptionView view;
  view.node = node.name;
  view.forest = forest.name;
  view.role = node.role;
  co_return view;
}

void store_adopted(const ForestContext& context, Forest forest, const Machine& machine, const Evidence& evidence, const Caller& caller) {
  Node node;
  for (const Node& each : context.store.nodes(forest.id)) {
    if (each.name == machine.name) node = each;  // it was taken for gone: its row lives again
  }
  const Stamp now = context.clock.stamp();
  if (node.id == 0) node.created = now.wall;
  node.forest_id = forest.id;
  node.index = *index_in(forest.name, machine.name);
  node.name = node.server_name = machine.name;
  node.intent = machine.intent;
  node.role = evidence.role;
  node.state = NodeState::ready;
  node.state_since = now;
  node.witness = evidence.witness;
  take_machine(node, machine);
  node.operation_id = 0;
  node.in_meta_group = evidence.role == NodeRole::core;
  node.reason = "adopted";
  forest.next_index = std::max(forest.next_index, node.index + 1);
  Store::Transaction transaction(context.store);
  record_command(context, caller, forest.name, machine.name, fmt::format("adopt {}", machine.name));
  context.store.update_forest(forest);
  if (node.id == 0) {
    context.store.add_node(node);
  } else {
    context.store.update_node(node);
  }
  context.journal.record(orphan_event(machine, fmt::format("{} is adopted: it answers as this server, and is a ready {} now",
                                                            machine.name, to_string(evidence.role))));
  transaction.commit();
  context.poller.hurry();
}

}  // namespace

asio::awaitable<Result<AdoptionView>> adopt(const CommandContext& command, std::string name, Caller caller) {
  const ForestContext& context = command.forests;
  const auto may = check_may_begin(context);
  if (!may) co_return may.error();
  if (command.hands.machines.contains(name)) co_return in_other_hands(name);
  const Hold hold(command.hands.machines, name);
  const auto stored = stored_machine(context, name);
  if (stored) co_return co_await restore(command, *stored, caller);
  const auto found = co_await search_orphan(context, name);
  if (found.error) co_return *found.error;
  if (!found.orphan) {
    Error error{ErrorCode::not_found, fmt::format("no orphan \"{}\"", name), "morpheusctl orphans shows them"};
    co_return error;
  }
  const auto wanted = forest_for(context, *found.orphan);
  if (!wanted) co_return wanted.error();
  const auto report = co_await context.poller.look(found.orphan->machine.address);
  const auto evidence = evidence_of(report, wanted->name, name);
  if (!evidence) co_return evidence.error();
  const auto may_still = check_may_begin(context);  // it took its time: everything is looked at again
  if (!may_still) co_return may_still.error();
  const auto forest = forest_for(context, *found.orphan);
  if (!forest) co_return forest.error();
  store_adopted(context, *forest, found.orphan->machine, *evidence, caller);
  AdoptionView view;
  view.node = name;
  view.forest = forest->name;
  view.role = evidence->role;
  view.warnings = limits_met(context, *forest);
  const auto enclosed = co_await enclose_forest(context, *forest);
  if (!enclosed) {
    view.warnings.push_back(fmt::format("the forest's firewall does not know it yet: {}; tried again within {} minutes",
                                        describe(enclosed.error()), Reconciler::interval.count() / 60'000));
  }
  co_return view;
}

}  // namespace morpheus::command
