#pragma once

#include <iostream>
#include <optional>
#include <string>

#include "ctl/client.hpp"
#include "ctl/render/printable.hpp"
#include "ctl/render/style.hpp"

namespace morpheus::ctl {

// The flags that every command has.
struct Options {
  std::string socket = "/run/morpheus/control.sock";
  bool json = false;
  bool no_color = false;
  Millis timeout{30'000};  // a provider across the internet may have to be asked first
};

// What a command works with: the daemon, and how to speak to the user.
struct Session {
  explicit Session(const Options& options);

  std::string socket;
  Client client;
  bool json;
  Millis patience;  // --timeout
  bool redraws;  // standard output is a terminal that can move its cursor, and text is wanted
  Style style;

  // Prints a JSON value (indented on a terminal), for -o json.
  void print(const nlohmann::json& value) const;
};

// The forest that is named, or the only one there is. Thrown otherwise: not_found when there is none, usage
// when there are several.
std::string choose_forest(Session& session, const std::string& named);

// "/v1/forests/<name>".
std::string forest_path(const std::string& forest);

// Rows of the terminal on standard output; many, where there is none.
std::size_t terminal_rows();

// Asks a question on the terminal; true for yes. Where nobody can be asked (no terminal, -o json): thrown as
// usage, nothing was changed.
bool ask(const Session& session, const std::string& question, std::ostream& out = std::cout);

}  // namespace morpheus::ctl
