#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/control/call.hpp"

namespace morpheus {

using Handler = asio::awaitable<Reply> (*)(ControlServices& services, Call call);
using StreamHandler = asio::awaitable<Reply> (*)(ControlServices& services, Call call, Pieces& pieces);

// One line of the protocol. "{}" in the path stands for one segment.
struct RouteEntry {
  std::string_view path;
  std::string_view method;
  Permission permission;
  Handler handler;  // null for a stream
  StreamHandler stream = nullptr;
  std::string_view stream_type = "application/x-ndjson";
};

// The whole protocol, in order of path.
std::span<const RouteEntry> control_routes();

// What a request's path and method lead to.
struct RouteMatch {
  const RouteEntry* entry = nullptr;  // null: none
  std::vector<std::string> arguments;
  std::string allowed;  // methods of that path when the method is not one of them
};
RouteMatch find_route(std::string_view method, std::string_view path);

// All paths, for who asked for another one: "/v1/events, /v1/forests, ...".
std::string known_paths();

// The parameters behind a target's "?", decoded; of two with one name the first.
std::map<std::string, std::string> query_of(std::string_view target);

// "%2F" and the like, decoded; "+" stays.
std::string percent_decoded(std::string_view text);

}  // namespace morpheus
