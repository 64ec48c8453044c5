#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <iostream>
#include <memory>

#include "common/protocol/views.hpp"
#include "ctl/command/checks.hpp"
#include "ctl/command/commands.hpp"
#include "ctl/command/interrupt.hpp"
#include "ctl/command/outlast.hpp"
#include "ctl/render/local_time.hpp"
#include "ctl/render/printable.hpp"
#include "ctl/render/status.hpp"

namespace morpheus::ctl {
namespace {

struct StatusFlags {
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

// The status of every forest, as an array.
nlohmann::json fetch_all(Session& session) {
  auto all = nlohmann::json::array();
  for (const auto& forest : session.client.get("/v1/forests").get<std::vector<ForestSummary>>()) {
    try {
      all.push_back(session.client.get(forest_path(forest.name)));
    } catch (const CommandFailure& failure) {
      if (failure.status() != ExitStatus::not_found) throw;  // it was torn down since
    }
  }
  return all;
}

bool needs_a_look(const NodeView& node) { return node.hot || node.unknown || node.state != NodeState::ready; }

// What fits, under `heading`. Where not all nodes do, those that need a look come first.
std::string screen_of_one(StatusView status, const Session& session, const std::string& heading) {
  const auto size = terminal_size(session);
  auto screen = status_screen(status, session.style);
  screen.head = heading + screen.head;
  if (table_rows(screen, size) < status.nodes.size()) {
    std::stable_partition(status.nodes.begin(), status.nodes.end(), needs_a_look);
    screen.table = status_screen(status, session.style).table;
  }
  return fit(screen, size);
}

std::string screen_of_all(std::vector<StatusView> forests, const Session& session, const std::string& heading) {
  const auto size = terminal_size(session);
  const auto make = [&] { return Screen{heading, render_statuses(forests), 1, render_all_warnings(forests, session.style)}; };
  if (table_rows(make(), size) < forests.size()) {
    std::stable_partition(forests.begin(), forests.end(), [](const StatusView& each) { return !each.growth.warnings.empty(); });
  }
  return fit(make(), size);
}

// Of one forest, or of all.
class Subject {
 public:
  Subject(Session& session, std::string forest) : session_(session), forest_(std::move(forest)) {}

  nlohmann::json fetch() { return forest_.empty() ? fetch_all(session_) : session_.client.get(forest_path(forest_)); }

  std::string text(const nlohmann::json& answer) const {
    if (!forest_.empty()) return render_status(view_of<StatusView>(answer), session_.style);
    const auto forests = view_of<std::vector<StatusView>>(answer);
    return render_statuses(forests) + render_all_warnings(forests, session_.style);
  }

  std::string screen(const nlohmann::json& answer, double seconds) const {
    const auto now = std::chrono::floor<Millis>(std::chrono::system_clock::now());
    const auto heading = fmt::format("Every {:g} s: status{}{}, last at {}\n\n", seconds, forest_.empty() ? "" : " ", printable(forest_), local_clock(now));
    return forest_.empty() ? screen_of_all(view_of<std::vector<StatusView>>(answer), session_, heading)
                           : screen_of_one(view_of<StatusView>(answer), session_, heading);
  }

 private:
  Session& session_;
  std::string forest_;  // empty: all
};

void show(Session& session, Subject& subject) {
  const auto answer = subject.fetch();
  if (session.json) return session.print(answer);
  std::cout << subject.text(answer) << std::flush;
}

// Home, then the text, each line cleared behind itself, then what the last one left below: nothing flickers.
std::string redrawn(const std::string& text) {
  std::string out = "\x1b[H";
  for (const char c : text) out += c == '\n' ? "\x1b[K\n" : std::string(1, c);
  return out + "\x1b[J";
}

ExitStatus watch(Session& session, Subject& subject, double seconds) {
  const Interrupt interrupt;
  const Millis interval(static_cast<Millis::rep>(seconds * 1000));
  if (session.redraws) std::cout << "\x1b[2J";
  outlast_restarts([&](bool& there) {
    if (session.redraws) {
      const auto answer = subject.fetch();
      std::cout << redrawn(subject.screen(answer, seconds)) << std::flush;
    } else {
      show(session, subject);
      if (!session.json) std::cout << "\n" << std::flush;
    }
    there = true;
    return std::cout && !interrupt.comes_within(interval);
  });
  return ExitStatus::done;
}

// The forest that is named, or the only one; empty where there are several.
std::string choose(Session& session, const std::string& named) {
  if (!named.empty()) return named;
  const auto forests = session.client.get("/v1/forests").get<std::vector<ForestSummary>>();
  if (forests.empty()) throw no_forest_yet();
  return forests.size() == 1 ? forests.front().name : std::string();
}

ExitStatus status(Session& session, const StatusFlags& flags) {
  Subject subject(session, choose(session, flags.forest));
  if (flags.watch) return watch(session, subject, flags.interval);
  show(session, subject);
  return ExitStatus::done;
}

}  // namespace

void add_status_commands(CLI::App& app, Action& chosen) {
  app.add_subcommand("list", "Show all forests")->alias("ls")->callback([&chosen] { chosen = list; });

  const auto flags = std::make_shared<StatusFlags>();
  auto* command = app.add_subcommand("status", "Show a forest's nodes, health and limits; of several forests a line each");
  command->add_option("FOREST", flags->forest)->check(is_named());
  command->add_flag("-w,--watch", flags->watch, "again and again, until Ctrl-C");
  command->add_option("-n,--interval", flags->interval, "seconds between two looks")
      ->check(is_within(0.1, 3600.0))
      ->capture_default_str();
  command->callback(
      [flags, &chosen] { chosen = [flags](Session& session) { return status(session, *flags); }; });
}

}  // namespace morpheus::ctl
