#include <fmt/format.h>

#include <chrono>
#include <iostream>
#include <memory>

#include "common/protocol/views.hpp"
#include "ctl/command/checks.hpp"
#include "ctl/command/commands.hpp"
#include "ctl/command/outlast.hpp"
#include "ctl/render/printable.hpp"
#include "ctl/render/record.hpp"
#include "ctl/since.hpp"

namespace morpheus::ctl {
namespace {

constexpr int most_events = 10'000;  // that the daemon hands out at once
constexpr int usual_events = 50;

struct EventsFlags {
  std::string forest;
  std::string since;
  std::string level;
  std::optional<int> lines;  // unset: usual_events, or all since --since
  bool follow = false;
};

// With -o json one event a line, as they come.
void print_event(const Session& session, const nlohmann::json& line) {
  if (session.json) {
    session.print_line(line);
  } else {
    std::cout << render_event(view_of<EventView>(line), session.style) << std::flush;
  }
}

std::string path_of(const EventsFlags& flags, int lines) {
  auto path = fmt::format("/v1/events?follow={}&limit={}&forest={}", flags.follow, lines, segment(flags.forest));
  if (!flags.level.empty()) path += "&level=" + flags.level;
  if (flags.since.empty()) return path;
  const auto now = std::chrono::floor<Millis>(std::chrono::system_clock::now());
  const auto since = parse_since(flags.since, now);
  if (!since) {
    throw CommandFailure(ExitStatus::usage, fmt::format("--since: \"{}\" is not understood", printable(flags.since)),
                         "\"10min ago\", \"14:05\", yesterday, \"2026-11-23 14:05\", or RFC 3339");
  }
  return path + "&since=" + segment(to_rfc3339(*since));
}

ExitStatus events(Session& session, const EventsFlags& flags) {
  std::int64_t last = 0;
  bool* answered = nullptr;
  const auto on_line = [&](const nlohmann::json& line) {
    if (answered) *answered = true;
    print_event(session, line);
    last = line.value("id", last);
    return static_cast<bool>(std::cout);
  };
  const auto first = path_of(flags, flags.lines.value_or(flags.since.empty() ? usual_events : most_events));
  if (!flags.follow) {
    session.client.stream(first, on_line);
    return ExitStatus::done;
  }
  const auto again = path_of(flags, most_events);
  outlast_restarts([&](bool& there) {
    answered = &there;
    const bool ended = session.client.stream(last > 0 ? fmt::format("{}&after={}", again, last) : first, on_line);
    if (!ended || !std::cout) return false;
    there = true;
    throw CommandFailure(ExitStatus::no_daemon, "the daemon ended");
  });
  return ExitStatus::done;
}

}  // namespace

void add_events_command(CLI::App& app, Action& chosen) {
  const auto flags = std::make_shared<EventsFlags>();
  auto* command = app.add_subcommand("events", "Show what happened");
  command->add_flag("-f,--follow", flags->follow, "and what happens, until Ctrl-C");
  command->add_option("--forest", flags->forest, "of one forest alone")->check(is_named());
  command->add_option("--since", flags->since, "from then on: \"10min ago\", 14:05, yesterday, \"2026-11-23 14:05\", RFC 3339")->check(is_named());
  command->add_option("--level", flags->level, "of this level and worse")->check(CLI::IsMember({"info", "warning", "error"}));
  command->add_option("-n,--lines", flags->lines, fmt::format("how many past ones, the last; default: {}, or all since --since", usual_events))
      ->check(CLI::Range(0, most_events));
  command->callback([flags, &chosen] { chosen = [flags](Session& session) { return events(session, *flags); }; });
}

}  // namespace morpheus::ctl
