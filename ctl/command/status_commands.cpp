#include <fmt/chrono.h>
#include <fmt/format.h>

#include <ctime>
#include <iostream>
#include <memory>

#include "common/protocol/views.hpp"
#include "ctl/command/checks.hpp"
#include "ctl/command/commands.hpp"
#include "ctl/command/interrupt.hpp"
#include "ctl/command/outlast.hpp"
#include "ctl/render/printable.hpp"
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

std::string first_lines(const std::string& text, std::size_t lines) {
  std::size_t end = 0;
  for (; lines > 0 && end != std::string::npos; --lines) {
    const auto newline = text.find('\n', end);
    end = newline == std::string::npos ? newline : newline + 1;
  }
  return text.substr(0, end);
}

// Home, then the text, each line cleared behind itself, then what the last one left below: nothing flickers. What is below the
// terminal's last line is cut off, so that the top stays in sight.
std::string redrawn(const std::string& text) {
  const auto shown = first_lines(text, terminal_rows() - 1);
  std::string out = "\x1b[H";
  for (const char c : shown) out += c == '\n' ? "\x1b[K\n" : std::string(1, c);
  return out + "\x1b[J";
}

std::string heading(const std::string& forest, double seconds) {
  return fmt::format("Every {:g} s: status {}, last at {:%H:%M:%S}\n\n", seconds, forest, fmt::localtime(std::time(nullptr)));
}

std::string fetch_text(Session& session, const std::string& forest) {
  return render_status(view_of<StatusView>(session.client.get(forest_path(forest))), session.style);
}

void show(Session& session, const std::string& forest) {
  if (session.json) return session.print(session.client.get(forest_path(forest)));
  std::cout << fetch_text(session, forest) << std::flush;
}

ExitStatus watch(Session& session, const std::string& forest, double seconds) {
  const Interrupt interrupt;
  const Millis interval(static_cast<Millis::rep>(seconds * 1000));
  if (session.redraws) std::cout << "\x1b[2J";
  outlast_restarts([&](bool& there) {
    if (session.redraws) {
      const auto text = fetch_text(session, forest);
      std::cout << redrawn(heading(printable(forest), seconds) + text) << std::flush;
    } else {
      show(session, forest);
      if (!session.json) std::cout << "\n" << std::flush;
    }
    there = true;
    return std::cout && !interrupt.comes_within(interval);
  });
  return ExitStatus::done;
}

ExitStatus status(Session& session, const Flags& flags) {
  const auto forest = choose_forest(session, flags.forest);
  if (flags.watch) return watch(session, forest, flags.interval);
  show(session, forest);
  return ExitStatus::done;
}

}  // namespace

void add_status_commands(CLI::App& app, Action& chosen) {
  app.add_subcommand("list", "Show all forests")->alias("ls")->callback([&chosen] { chosen = list; });

  const auto flags = std::make_shared<Flags>();
  auto* command = app.add_subcommand("status", "Show a forest's nodes, health and limits");
  command->add_option("FOREST", flags->forest)->check(is_named());
  command->add_flag("-w,--watch", flags->watch, "again and again, until Ctrl-C");
  command->add_option("-n,--interval", flags->interval, "seconds between two looks")
      ->check(is_within(0.1, 3600.0))
      ->capture_default_str();
  command->callback(
      [flags, &chosen] { chosen = [flags](Session& session) { return status(session, *flags); }; });
}

}  // namespace morpheus::ctl
