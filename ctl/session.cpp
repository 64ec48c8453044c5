#include "ctl/session.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <string_view>

#include "common/protocol/views.hpp"
#include "ctl/exit_status.hpp"
#include "ctl/output.hpp"

namespace morpheus::ctl {
namespace {

bool has_clever_terminal() {
  const char* term = std::getenv("TERM");
  return term != nullptr && std::string_view(term) != "dumb" && ::isatty(STDOUT_FILENO) == 1;
}

bool colour_is_unwanted() {
  const char* word = std::getenv("NO_COLOR");
  return word != nullptr && *word != '\0';
}

}  // namespace

Session::Session(const Options& options)
    : socket(options.socket),
      client(options.socket, options.timeout),
      json(options.json),
      patience(options.timeout),
      ascii(options.ascii),
      redraws(!options.json && has_clever_terminal()),
      style(redraws && !options.no_color && !colour_is_unwanted()) {}

void Session::print(const nlohmann::json& value) const {
  const int indent = ::isatty(STDOUT_FILENO) == 1 ? 2 : -1;
  write_exactly(std::cout, value.dump(indent, ' ', false, nlohmann::json::error_handler_t::replace) + "\n");
  std::cout << std::flush;
}

void Session::print_line(const nlohmann::json& value) const {
  write_exactly(std::cout, value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n");
  std::cout << std::flush;
}

ScreenSize terminal_size(const Session& session) {
  constexpr std::size_t plenty = 10'000;
  constexpr std::size_t least_rows = 2;
  constexpr std::size_t least_columns = 10;
  ScreenSize screen{plenty, plenty, session.ascii ? "..." : "…"};
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0) return screen;
  if (size.ws_row > 0) screen.rows = std::max<std::size_t>(size.ws_row, least_rows);
  if (size.ws_col > 0) screen.columns = std::max<std::size_t>(size.ws_col, least_columns);
  return screen;
}

std::string forest_path(const std::string& forest) { return "/v1/forests/" + segment(forest); }

CommandFailure no_forest_yet() { return {ExitStatus::not_found, "no forest yet: morpheusctl plant local small"}; }

std::string choose_forest(Session& session, const std::string& named) {
  if (!named.empty()) return named;
  const auto forests = view_of<std::vector<ForestSummary>>(session.client.get("/v1/forests"));
  if (forests.size() == 1) return forests.front().name;
  if (forests.empty()) throw no_forest_yet();
  std::string names;
  for (const auto& forest : forests) names += (names.empty() ? "" : ", ") + forest.name;
  throw CommandFailure(ExitStatus::usage, "there are several forests, name one of them: " + names);
}

bool ask(const Session& session, const std::string& question, std::ostream& out) {
  const auto why = session.json                  ? "-o json asks no questions"
                   : ::isatty(STDIN_FILENO) != 1 ? "there is no terminal to ask on"
                                                 : nullptr;
  if (why != nullptr)
    throw CommandFailure(ExitStatus::usage, std::string("nothing was changed: ") + why, "use --yes");
  out << question << " [y/N]: " << std::flush;
  std::string answer;
  std::getline(std::cin, answer);
  const bool yes = answer == "y" || answer == "Y" || answer == "yes";
  if (!yes) out << "nothing was changed\n";
  return yes;
}

}  // namespace morpheus::ctl
