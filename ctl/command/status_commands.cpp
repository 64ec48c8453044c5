#include <iostream>
#include <memory>

#include "common/protocol/views.hpp"
#include "ctl/command/commands.hpp"
#include "ctl/command/interrupt.hpp"
#include "ctl/render/status.hpp"

namespace morpheus::ctl {
namespace {

struct Flags {
  std::string forest;
  bool watch = false;
  double interval = 2;
};

ExitStatus list(Session& session) {
  const auto forests = session.client.get("/v1/forests");
  if (session.json) {
    session.print(forests);
  } else {
    std::cout << render_list(view_of<std::vector<ForestSummary>>(forests));
  }
  return ExitStatus::done;
}

// Home, then the text, each line cleared behind itself, then what the last one left below: nothing flickers.
std::string redrawn(const std::string& text) {
  std::string out = "\x1b[H";
  for (const char c : text) out += c == '\n' ? "\x1b[K\n" : std::string(1, c);
  return out + "\x1b[J";
}

void show(Session& session, const std::string& forest, bool redraw) {
  const auto status = session.client.get(forest_path(forest));
  if (session.json) return session.print(status);
  const auto text = render_status(view_of<StatusView>(status), session.style);
  std::cout << (redraw ? redrawn(text) : text) << std::flush;
}

ExitStatus watch(Session& session, const std::string& forest, double seconds) {
  const Interrupt interrupt;
  const Millis interval(static_cast<Millis::rep>(seconds * 1000));
  if (session.redraws) std::cout << "\x1b[2J";
  do {
    show(session, forest, session.redraws);
    if (!session.redraws && !session.json) std::cout << "\n" << std::flush;
  } while (std::cout && !interrupt.comes_within(interval));
  return ExitStatus::done;
}

ExitStatus status(Session& session, const Flags& flags) {
  const auto forest = choose_forest(session, flags.forest);
  if (flags.watch) return watch(session, forest, flags.interval);
  show(session, forest, false);
  return ExitStatus::done;
}

}  // namespace

void add_status_commands(CLI::App& app, Action& chosen) {
  app.add_subcommand("list", "Show all forests")->alias("ls")->callback([&chosen] { chosen = list; });

  const auto flags = std::make_shared<Flags>();
  auto* command = app.add_subcommand("status", "Show a forest's nodes, health and limits");
  command->add_option("FOREST", flags->forest);
  command->add_flag("-w,--watch", flags->watch, "again and again, until Ctrl-C");
  command->add_option("-n,--interval", flags->interval, "seconds between two looks")
      ->check(CLI::Range(0.1, 3600.0))
      ->capture_default_str();
  command->callback(
      [flags, &chosen] { chosen = [flags](Session& session) { return status(session, *flags); }; });
}

}  // namespace morpheus::ctl
