#include <CLI/CLI.hpp>
#include <csignal>
#include <iostream>
#include <optional>

#include "ctl/command/help.hpp"
#include "ctl/command/table.hpp"
#include "ctl/complete/complete.hpp"
#include "ctl/output.hpp"
#include "ctl/render/ascii.hpp"
#include "ctl/render/local_time.hpp"
#include "ctl/render/printable.hpp"
#include "ctl/render/width.hpp"
#include "ctl/unit_look.hpp"

namespace {

using namespace morpheus::ctl;

int exit_code(ExitStatus status) { return static_cast<int>(status); }

// What was to be printed is a part of the work: a full disk is not "done". A reader that closed its pipe (`| head`) had enough.
int end_output(ExitStatus status) {
  std::cout << std::flush;
  if (std::cout || reader_is_gone()) return exit_code(status);
  std::cerr << "morpheusctl: standard output cannot be written\n";
  return exit_code(status == ExitStatus::done ? ExitStatus::failed : status);
}

// systemd may know better than the socket why nobody answers.
std::string what_to_do(const Options& options, const CommandFailure& failure) {
  const auto fault = failure.status() == ExitStatus::no_daemon ? look_at_unit(options.socket) : std::nullopt;
  return fault ? fault->what + ": " + fault->hint : failure.hint();
}

int run(const Options& options, const Action& action) {
  Session session(options);
  try {
    return end_output(action(session));
  } catch (const CommandFailure& failure) {
    std::cout << std::flush;
    std::cerr << "morpheusctl: " << local_times(failure.what()) << "\n";
    const auto hint = what_to_do(options, failure);
    if (!hint.empty()) std::cerr << "  " << local_times(hint) << "\n";
    return exit_code(failure.status());
  } catch (const std::exception& error) {
    std::cerr << "morpheusctl: the daemon's answer is not understood: " << error.what() << "\n";
    return exit_code(ExitStatus::failed);
  }
}

// For whoever mistyped a command, or a flag before any; empty: it was something else.
std::string unknown_word(const CLI::App& app, const CLI::ParseError& error) {
  const auto words = app.remaining();
  if (!app.get_subcommands().empty() || words.empty()) return {};
  if (!words.front().starts_with('-')) return "morpheusctl: " + no_such_command(app, words.front()) + "\n";
  const bool asks_for_help = error.get_exit_code() == 0;
  return asks_for_help ? std::string() : "morpheusctl: no flag \"" + printable(words.front()) + "\"\n  see morpheusctl --help\n";
}

// Where the usage of what was typed is explained.
std::string where_to_look(const CLI::App& app) {
  std::string words;
  for (auto used = app.get_subcommands(); !used.empty(); used = used.front()->get_subcommands()) words += " " + used.front()->get_name();
  return words.empty() ? "morpheusctl --help" : "morpheusctl help" + words;
}

}  // namespace

int main(int argc, char** argv) {
  const bool ascii = !user_reads_utf8();
  use_utf8_locale();
  std::optional<AsciiOutput> output;
  std::optional<AsciiOutput> errors;
  if (ascii) {
    output.emplace(std::cout);
    errors.emplace(std::cerr);
  }
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
  CLI::App app;
  Options options;
  options.ascii = ascii;
  Action action;
  add_command_line(app, options, action);
  app.failure_message([](const CLI::App* used, const CLI::Error& error) {
    return std::string("morpheusctl: ") + error.what() + "\n  see " + where_to_look(*used) + "\n";
  });
  if (argc > 1 && argv[1] == complete_word) {
    complete(app, options.socket, {argv + 2, argv + argc});
    return exit_code(ExitStatus::done);
  }
  if (argc == 1) {
    std::cout << program_help(app);
    return end_output(ExitStatus::done);
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (const auto text = unknown_word(app, error); !text.empty()) {
      std::cerr << text;
      return exit_code(ExitStatus::usage);
    }
    return app.exit(error) == 0 ? end_output(ExitStatus::done) : exit_code(ExitStatus::usage);
  }
  return run(options, action);
}
