#include <fmt/format.h>

#include <iostream>
#include <memory>

#include "common/model/provider_kind.hpp"
#include "common/protocol/views.hpp"
#include "ctl/command/checks.hpp"
#include "ctl/command/commands.hpp"
#include "ctl/command/follow.hpp"
#include "ctl/render/nodes.hpp"
#include "ctl/render/plan.hpp"
#include "ctl/render/record.hpp"
#include "ctl/render/status.hpp"
#include "ctl/render/words.hpp"

namespace morpheus::ctl {
namespace {

// Of a provider that this client does not know as well: the daemon may be newer.
bool may_cost(std::string_view provider) {
  const ProviderKind* kind = provider_kind(provider);
  return !kind || kind->costs_money;
}

struct ForestFlags {
  std::string provider;
  std::string size;
  std::string name;
  std::string forest;
  std::string node;
  bool yes = false;
  bool detach = false;
  bool dry_run = false;
};
using SharedForestFlags = std::shared_ptr<ForestFlags>;  // CLI11 keeps references to them until the command has run

StatusView fetch_status(Session& session, const std::string& forest) {
  return view_of<StatusView>(session.client.get(forest_path(forest)));
}

// Waits for the end, unless told not to, and prints what there is to print.
ExitStatus see_through(Session& session, const OperationView& started, bool detach) {
  const OperationView last = detach ? started : follow(session, started);
  if (session.json) {
    session.print(last);
  } else if (detach) {
    std::cout << fmt::format("{} of {} is at work; to look: morpheusctl operation {} --wait\n", operation_name(started), started.forest, started.id);
  }
  return report_end(session, last);
}

PlanView show_plan(Session& session, PlantRequest request) {
  request.dry_run = true;
  auto plan = view_of<PlanView>(session.client.post("/v1/forests", request));
  if (session.json) {
    session.print(plan);
  } else {
    std::cout << render_plan(plan);
  }
  return plan;
}

// Shows what it would cost and asks. What is planted is what was shown, its name too.
bool may_plant(Session& session, PlantRequest& request) {
  const auto plan = show_plan(session, request);
  request.name = plan.forest;
  if (!session.json) std::cout << "\n";
  return ask(session, fmt::format("Plant {}?", plan.forest));
}

ExitStatus plant(Session& session, const ForestFlags& flags) {
  PlantRequest request{flags.provider, flags.size, flags.name, false};
  if (flags.dry_run) {
    show_plan(session, request);
    return ExitStatus::done;
  }
  const bool asks = !flags.yes && may_cost(flags.provider);
  if (asks && !may_plant(session, request)) return ExitStatus::done;
  const auto operation = view_of<OperationView>(session.client.post("/v1/forests", request));
  if (!session.json) {
    std::cout << fmt::format("planting {} ({} {})\n", operation.forest, flags.provider, flags.size)
              << std::flush;
  }
  const auto status = see_through(session, operation, flags.detach);
  if (status != ExitStatus::done || flags.detach || session.json) return status;
  std::cout << "\n" << render_status(fetch_status(session, operation.forest), session.style);
  return status;
}

// The node as `--node` names it: by its whole name, or without the forest's.
const NodeView& find_node(const StatusView& status, const std::string& named) {
  for (const NodeView& node : status.nodes) {
    if (node.name == named || short_name(node.name, status.forest.name) == named) return node;
  }
  throw CommandFailure(ExitStatus::not_found,
                       fmt::format("{} has no node \"{}\"", status.forest.name, printable(named)),
                       fmt::format("morpheusctl status {} shows them", status.forest.name));
}

ExitStatus shrink(Session& session, const ForestFlags& flags) {
  const auto forest = choose_forest(session, flags.forest);
  if (!flags.yes) {
    StatusView status = fetch_status(session, forest);
    status.nodes = {find_node(status, flags.node)};
    if (!session.json) std::cout << render_node_details(status) << "\n";
    if (!ask(session, fmt::format("Remove {} from {}?", status.nodes[0].name, forest)))
      return ExitStatus::done;
  }
  const auto path = forest_path(forest) + "/nodes/" + segment(flags.node);
  return see_through(session, view_of<OperationView>(session.client.remove(path)), flags.detach);
}

ExitStatus teardown(Session& session, const ForestFlags& flags) {
  const auto forest = choose_forest(session, flags.forest);
  if (!flags.yes) {
    const auto status = fetch_status(session, forest);
    if (!session.json) std::cout << render_health(status, session.style) << "\n";
    const auto nodes = node_count(static_cast<std::size_t>(status.forest.nodes));
    if (!ask(session, fmt::format("Tear {} down: {} and all data?", forest, nodes))) return ExitStatus::done;
  }
  return see_through(session, view_of<OperationView>(session.client.remove(forest_path(forest))),
                     flags.detach);
}

ExitStatus set_paused(Session& session, const std::string& named, bool paused) {
  const auto forest = choose_forest(session, named);
  const auto answer =
      session.client.post(forest_path(forest) + (paused ? "/pause" : "/resume"), nlohmann::json::object());
  if (session.json) {
    session.print(answer);
  } else {
    std::cout << fmt::format("{} {}\n", printable(forest),
                             paused ? "is paused: it neither grows nor shrinks" : "is resumed");
  }
  return ExitStatus::done;
}

}  // namespace

void add_forest_commands(CLI::App& app, Action& chosen) {
  const auto flags = std::make_shared<ForestFlags>();
  auto* plant_command = app.add_subcommand("plant", "Create a forest");
  plant_command->add_option("PROVIDER", flags->provider, "where: local, or hetzner (cloud)")->required();
  plant_command->add_option("SIZE", flags->size, "small (1 node), medium (3) or large (5)")->required();
  plant_command->add_option("--name", flags->name, "the forest's name; default: forest-<unix seconds>")->check(is_named());
  plant_command->add_flag("-y,--yes", flags->yes, "do not ask; where machines cost nothing (local) no question is asked");
  plant_command->add_flag("--dry-run", flags->dry_run, "show what would be created, where, and its price; create nothing");
  plant_command->add_flag("--detach", flags->detach, "do not wait for the end");
  plant_command->callback(
      [flags, &chosen] { chosen = [flags](Session& session) { return plant(session, *flags); }; });

  auto* shrink_command = app.add_subcommand("shrink", "Remove a node: an edge, or a dead node");
  shrink_command->add_option("FOREST", flags->forest)->check(is_named());
  shrink_command->add_option("--node", flags->node, "its name, or its short name (node-4)")->required()->check(is_named());
  shrink_command->add_flag("-y,--yes", flags->yes, "do not ask");
  shrink_command->add_flag("--detach", flags->detach, "do not wait for the end");
  shrink_command->callback(
      [flags, &chosen] { chosen = [flags](Session& session) { return shrink(session, *flags); }; });

  auto* teardown_command = app.add_subcommand("teardown", "Delete a forest with all its machines and data");
  teardown_command->add_option("FOREST", flags->forest)->check(is_named());
  teardown_command->add_flag("-y,--yes", flags->yes, "do not ask");
  teardown_command->add_flag("--detach", flags->detach, "do not wait for the end");
  teardown_command->callback(
      [flags, &chosen] { chosen = [flags](Session& session) { return teardown(session, *flags); }; });

  auto* pause_command = app.add_subcommand("pause", "Keep a forest as it is");
  pause_command->add_option("FOREST", flags->forest)->check(is_named());
  pause_command->callback([flags, &chosen] {
    chosen = [flags](Session& session) { return set_paused(session, flags->forest, true); };
  });

  auto* resume_command =
      app.add_subcommand("resume", "End a pause; acknowledge a growth that was reported as futile");
  resume_command->add_option("FOREST", flags->forest)->check(is_named());
  resume_command->callback([flags, &chosen] {
    chosen = [flags](Session& session) { return set_paused(session, flags->forest, false); };
  });
}

}  // namespace morpheus::ctl
