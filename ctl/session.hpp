#pragma once

#include <iostream>
#include <optional>
#include <string>

#include "ctl/client.hpp"
#include "ctl/exit_status.hpp"
#include "ctl/render/printable.hpp"
#include "ctl/render/screen.hpp"
#include "ctl/render/style.hpp"

namespace morpheus::ctl {

// The flags that every command has.
struct Options {
  std::string socket = "/run/morpheus/control.sock";
  bool json = false;
  bool no_color = false;
  bool ascii = false;      // the user's terminal shows nothing else
  Millis timeout{30'000};  // a provider across the internet may have to be asked first
};

// What a command works with: the daemon, and how to speak to the user.
struct Session {
  explicit Session(const Options& options);

  std::string socket;
  Client client;
  bool json;
  Millis patience;  // --timeout
  bool ascii;
  bool redraws;  // standard output is a terminal that can move its cursor, and text is wanted
  Style style;

  // Prints a JSON value (indented on a terminal), for -o json; print_line() as one line.
  void print(const nlohmann::json& value) const;
  void print_line(const nlohmann::json& value) const;
};

// The forest that is named, or the only one there is. Thrown otherwise: not_found when there is none, usage
// when there are several.
std::string choose_forest(Session& session, const std::string& named);

CommandFailure no_forest_yet();

// "/v1/forests/<name>".
std::string forest_path(const std::string& forest);

// Rows and columns of the terminal on standard output; many, where there is none.
ScreenSize terminal_size(const Session& session);

// Asks a question on the terminal; true for yes. Where nobody can be asked (no terminal, -o json): thrown as
// usage, nothing was changed.
bool ask(const Session& session, const std::string& question, std::ostream& out = std::cout);

}  // namespace morpheus::ctl
