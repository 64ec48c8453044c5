#include "tests/sim/operator.hpp"

#include <fmt/format.h>

namespace morpheus::sim {
namespace {

constexpr std::size_t most_forests = 2;
constexpr Millis pause_between_removals{30'000};
constexpr Millis pause_between_sweeps{60'000};

Caller the_caller() { return Caller{1000, 4711, "ada"}; }

}  // namespace

void Operator::act(SimDaemon& daemon) {
  Chance& chance = world_.chance();
  if (chance.happens(0.3) && see_to_parked(daemon, chance.happens(0.4))) return;
  const auto forests = daemon.store().forests();
  if (forests.empty() || (forests.size() < most_forests && chance.happens(0.05))) {
    plant(daemon);
    return;
  }
  const Forest& forest =
      forests[static_cast<std::size_t>(chance.between(0, static_cast<int>(forests.size()) - 1))];
  const int what = chance.between(0, 99);
  if (what < 45) {
    grow(daemon, forest.name);
  } else if (what < 75) {
    shrink(daemon, forest);
  } else if (what < 80) {
    world_.note("operator: pause " + forest.name);
    if (daemon.forests().pause(forest.name, the_caller())) world_.count("paused");
  } else if (what < 95) {
    resume(daemon, forest.name);
  } else {
    teardown(daemon, forest.name);
  }
}

bool Operator::see_to_parked(SimDaemon& daemon, bool abort) {
  for (const Operation& operation : daemon.store().running_operations()) {
    if (operation.parked.empty()) continue;
    world_.note(fmt::format("operator: operation {} --{}", operation.id, abort ? "abort" : "resume"));
    world_.count(abort ? "aborted" : "parked operation resumed");
    if (abort) {
      (void)daemon.forests().abort_operation(operation.id, the_caller());
    } else {
      (void)daemon.forests().resume_operation(operation.id, the_caller());
    }
    return true;
  }
  return false;
}

void Operator::remove_given_up(SimDaemon& daemon) {
  if (world_.now() < removed_ + pause_between_removals || !daemon.store().running_operations().empty()) return;
  for (const Forest& forest : daemon.store().forests()) {
    if (forest.state != ForestState::active) continue;
    for (const Node& node : daemon.store().nodes(forest.id)) {
      if (!costs(node) || node.state == NodeState::ready) continue;
      removed_ = world_.now();
      world_.note("operator: shrink " + node.name + ", which was given up");
      world_.count("given up node removed");
      daemon.spawn(shrink_node(world_, daemon.forests(), forest.name, node.name));
      return;
    }
  }
}

void Operator::plant(SimDaemon& daemon) {
  PlantRequest request;
  request.provider = "sim";
  const int size = world_.chance().between(0, 9);
  request.size = size < 5 ? "small" : size < 8 ? "medium" : "large";
  request.name = fmt::format("forest-{}", ++planted_);
  world_.note(fmt::format("operator: plant {} {}", request.size, request.name));
  daemon.spawn(plant_forest(world_, daemon.forests(), request));
}

void Operator::teardown(SimDaemon& daemon, const std::string& forest) {
  world_.note("operator: teardown " + forest);
  if (daemon.forests().teardown(forest, the_caller())) world_.count("teardown asked for");
}

void Operator::resume(SimDaemon& daemon, const std::string& forest) {
  world_.note("operator: resume " + forest);
  if (daemon.forests().resume(forest, the_caller())) world_.count("resumed");
}

void Operator::grow(SimDaemon& daemon, const std::string& forest) {
  Chance& chance = world_.chance();
  GrowRequest request;
  request.automatic = chance.happens(0.5);
  request.nodes = chance.between(1, 2);
  request.dry_run = chance.happens(0.2);
  if (request.automatic && chance.happens(0.5)) request.threshold = 15;
  world_.note(
      fmt::format("operator: grow {} by {}{}", forest, request.nodes, request.automatic ? ", auto" : ""));
  daemon.spawn(grow_forest(world_, daemon.forests(), forest, request));
}

void Operator::grow_by_one(SimDaemon& daemon, const std::string& forest) {
  GrowRequest request;
  request.nodes = 1;
  world_.note(fmt::format("operator: grow {} by 1", forest));
  daemon.spawn(grow_forest(world_, daemon.forests(), forest, request));
}

void Operator::shrink(SimDaemon& daemon, const Forest& forest) {
  auto nodes = daemon.store().nodes(forest.id);
  std::erase_if(nodes, [](const Node& node) { return !costs(node); });
  if (nodes.empty()) return;
  const Node& node =
      nodes[static_cast<std::size_t>(world_.chance().between(0, static_cast<int>(nodes.size()) - 1))];
  world_.note("operator: shrink " + node.name);
  daemon.spawn(shrink_node(world_, daemon.forests(), forest.name, node.name));
}

void Operator::take_over(SimDaemon& daemon) {
  world_.note("operator: takeover");
  daemon.spawn(ask_to_take_over(world_, daemon.forests()));
}

void Operator::delete_orphans(SimDaemon& daemon) {
  if (world_.now() < swept_ + pause_between_sweeps) return;
  swept_ = world_.now();
  std::vector<std::string> names;
  for (const auto& [forest, addresses] : world_.enclosed) {
    if (!daemon.store().forest(forest)) names.push_back(forest + "-node-1");
  }
  daemon.spawn(delete_all_orphans(world_, daemon.forests(), std::move(names)));
}

asio::awaitable<void> Operator::ask_to_take_over(World& world, ForestService& forests) {
  const Caller caller = the_caller();
  try {
    const auto answer = co_await forests.take_over(caller);
    world.count(answer ? "takeover" : "takeover refused");
  } catch (const StoreError&) {
    world.count("request met a full disk");
  } catch (const std::exception&) {
    world.count("request met a fault");
  }
}

asio::awaitable<void> Operator::delete_all_orphans(World& world, ForestService& forests, std::vector<std::string> names) {
  const Caller caller = the_caller();
  try {
    const auto found = co_await forests.orphans(Freshness::anew);
    for (const OrphanView& orphan : found->orphans) names.push_back(orphan.name);
    for (const std::string& name : names) {
      const auto deleted = co_await forests.delete_orphan(name, caller);
      if (deleted && deleted->deleted) world.count("orphan deleted");
    }
  } catch (const StoreError&) {
    world.count("request met a full disk");
  } catch (const std::exception&) {
    world.count("request met a fault");
  }
}

asio::awaitable<void> Operator::plant_forest(World& world, ForestService& forests, PlantRequest request) {
  const Caller caller = the_caller();
  try {
    const auto answer = co_await forests.plant(request, caller);
    world.count(answer ? "planted " + request.size : "plant refused");
  } catch (const StoreError&) {
    world.count("request met a full disk");
  } catch (const std::exception&) {
    world.count("request met a fault");
  }
}

asio::awaitable<void> Operator::grow_forest(World& world, ForestService& forests, std::string forest,
                                            GrowRequest request) {
  const Caller caller = the_caller();
  try {
    const auto answer = co_await forests.grow(forest, request, caller);
    world.count(answer ? "operator's grow: " + answer->action : "operator's grow refused");
  } catch (const StoreError&) {
    world.count("request met a full disk");
  } catch (const std::exception&) {
    world.count("request met a fault");
  }
}

asio::awaitable<void> Operator::shrink_node(World& world, ForestService& forests, std::string forest,
                                            std::string node) {
  const Caller caller = the_caller();
  try {
    const auto answer = co_await forests.shrink(forest, node, caller);
    world.count(answer ? "shrink begun" : "shrink refused");
  } catch (const StoreError&) {
    world.count("request met a full disk");
  } catch (const std::exception&) {
    world.count("request met a fault");
  }
}

}  // namespace morpheus::sim
