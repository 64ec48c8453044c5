#include <fmt/format.h>

#include <iostream>
#include <memory>

#include "common/protocol/views.hpp"
#include "ctl/command/checks.hpp"
#include "ctl/command/commands.hpp"
#include "ctl/command/follow.hpp"
#include "ctl/command/outlast.hpp"
#include "ctl/render/printable.hpp"
#include "ctl/render/record.hpp"

namespace morpheus::ctl {
namespace {

constexpr int most_events = 10'000;  // that the daemon hands out at once

struct Flags {
  std::string forest;
  int limit = 20;
  int events = 50;
  bool follow = false;
  std::int64_t operation = 0;
  bool wait = false;
  std::string node;
  bool show_secrets = false;
};

ExitStatus explain(Session& session, const Flags& flags) {
  const auto forest = choose_forest(session, flags.forest);
  const auto decision = session.client.get(forest_path(forest) + "/explain");
  if (session.json) {
    session.print(decision);
  } else {
    std::cout << render_decision(view_of<DecisionView>(decision), printable(forest), session.style);
  }
  return ExitStatus::done;
}

ExitStatus history(Session& session, const Flags& flags) {
  const auto forest = choose_forest(session, flags.forest);
  const auto decisions =
      session.client.get(fmt::format("{}/history?limit={}", forest_path(forest), flags.limit));
  if (session.json) {
    session.print(decisions);
  } else {
    std::cout << render_history(view_of<std::vector<DecisionView>>(decisions));
  }
  return ExitStatus::done;
}

// With -o json one event a line, as they come.
void print_event(const Session& session, const nlohmann::json& line) {
  if (session.json) {
    std::cout << line.dump() << "\n";
  } else {
    std::cout << render_event(view_of<EventView>(line), session.style);
  }
  std::cout << std::flush;
}

ExitStatus events(Session& session, const Flags& flags) {
  const auto forest = segment(flags.forest);
  std::int64_t last = 0;
  bool* answered = nullptr;
  const auto on_line = [&](const nlohmann::json& line) {
    if (answered) *answered = true;
    print_event(session, line);
    last = line.value("id", last);
    return static_cast<bool>(std::cout);
  };
  auto path = fmt::format("/v1/events?follow={}&limit={}&forest={}", flags.follow, flags.events, forest);
  if (!flags.follow) {
    session.client.stream(path, on_line);
    return ExitStatus::done;
  }
  outlast_restarts([&](bool& there) {
    answered = &there;
    if (last > 0) path = fmt::format("/v1/events?follow=true&limit={}&forest={}&after={}", most_events, forest, last);
    const bool ended = session.client.stream(path, on_line);
    if (!ended || !std::cout) return false;
    there = true;
    throw CommandFailure(ExitStatus::no_daemon, "the daemon ended");
  });
  return ExitStatus::done;
}

ExitStatus operation(Session& session, const Flags& flags) {
  auto view = session.client.get(fmt::format("/v1/operations/{}", flags.operation)).get<OperationView>();
  if (flags.wait) view = follow(session, view);
  if (session.json) {
    session.print(view);
  } else {
    std::cout << render_operation(view_of<OperationView>(view), session.style);
  }
  if (!flags.wait || view.state == OperationState::succeeded) return ExitStatus::done;
  return ExitStatus::failed;
}

ExitStatus image(Session& session, const Flags& flags) {
  const auto forest = choose_forest(session, flags.forest);
  const auto path = fmt::format("{}/image?node={}&secrets={}", forest_path(forest), segment(flags.node), flags.show_secrets);
  const auto answer = session.client.get(path);
  if (session.json) {
    session.print(answer);
  } else {
    std::cout << answer.get<ImageView>().image;
  }
  return ExitStatus::done;
}

}  // namespace

void add_record_commands(CLI::App& app, Action& chosen) {
  const auto flags = std::make_shared<Flags>();
  auto* explain_command =
      app.add_subcommand("explain", "Show the last decision, every gate, and what would change it");
  explain_command->add_option("FOREST", flags->forest)->check(is_named());
  explain_command->callback(
      [flags, &chosen] { chosen = [flags](Session& session) { return explain(session, *flags); }; });

  auto* history_command = app.add_subcommand("history", "Show past decisions");
  history_command->add_option("FOREST", flags->forest)->check(is_named());
  history_command->add_option("--limit", flags->limit, "how many")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  history_command->callback(
      [flags, &chosen] { chosen = [flags](Session& session) { return history(session, *flags); }; });

  auto* events_command = app.add_subcommand("events", "Show what happened");
  events_command->add_flag("-f,--follow", flags->follow, "and what happens, until Ctrl-C");
  events_command->add_option("--forest", flags->forest, "of one forest alone")->check(is_named());
  events_command->add_option("-n,--lines", flags->events, "how many past ones")
      ->check(CLI::Range(0, most_events))
      ->capture_default_str();
  events_command->callback(
      [flags, &chosen] { chosen = [flags](Session& session) { return events(session, *flags); }; });

  auto* image_command = app.add_subcommand("image", "Show what a machine is told: a node's, or the next one's");
  image_command->add_option("FOREST", flags->forest)->check(is_named());
  image_command->add_option("--node", flags->node, "its name, or its short name (node-4); default: the next node")
      ->check(is_named());
  image_command->add_flag("--show-secrets", flags->show_secrets, "with passwords and keys");
  image_command->callback(
      [flags, &chosen] { chosen = [flags](Session& session) { return image(session, *flags); }; });

  auto* operation_command = app.add_subcommand("operation", "Show one operation, or wait for its end");
  operation_command->add_option("ID", flags->operation)->required();
  operation_command->add_flag("--wait", flags->wait, "show its stages until it has ended");
  operation_command->callback(
      [flags, &chosen] { chosen = [flags](Session& session) { return operation(session, *flags); }; });
}

}  // namespace morpheus::ctl
