#include "daemon/control/routes.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "common/decode/text.hpp"
#include "daemon/control/lease_handlers.hpp"
#include "daemon/control/forest_handlers.hpp"
#include "daemon/control/orphan_handlers.hpp"
#include "daemon/control/record_handlers.hpp"

namespace morpheus {
namespace {

constexpr std::array routes{
    RouteEntry{"/metrics", "GET", Permission::read, show_metrics},
    RouteEntry{"/v1/backup", "POST", Permission::act, nullptr, stream_backup, "application/gzip"},
    RouteEntry{"/v1/backup/move", "POST", Permission::act, nullptr, stream_move, "application/gzip"},
    RouteEntry{"/v1/backup/move/{}/acknowledgement", "POST", Permission::act, acknowledge_move},
    RouteEntry{"/v1/doctor", "GET", Permission::read, examine},
    RouteEntry{"/v1/duty", "GET", Permission::read, show_lease},
    RouteEntry{"/v1/events", "GET", Permission::read, nullptr, stream_events},
    RouteEntry{"/v1/forests", "GET", Permission::read, list_forests},
    RouteEntry{"/v1/forests", "POST", Permission::act, plant_forest},
    RouteEntry{"/v1/forests/{}", "DELETE", Permission::act, tear_down_forest},
    RouteEntry{"/v1/forests/{}", "GET", Permission::read, show_forest},
    RouteEntry{"/v1/forests/{}/explain", "GET", Permission::read, explain_forest},
    RouteEntry{"/v1/forests/{}/grow", "POST", Permission::act, grow_forest},
    RouteEntry{"/v1/forests/{}/history", "GET", Permission::read, nullptr, stream_history, "application/json"},
    RouteEntry{"/v1/forests/{}/image", "GET", Permission::read, show_image},
    RouteEntry{"/v1/forests/{}/nodes/{}", "DELETE", Permission::act, remove_node},
    RouteEntry{"/v1/forests/{}/pause", "POST", Permission::act, pause_forest},
    RouteEntry{"/v1/forests/{}/resume", "POST", Permission::act, resume_forest},
    RouteEntry{"/v1/operations", "GET", Permission::read, list_operations},
    RouteEntry{"/v1/operations/{}", "GET", Permission::read, show_operation},
    RouteEntry{"/v1/operations/{}/abort", "POST", Permission::act, abort_operation},
    RouteEntry{"/v1/operations/{}/progress", "GET", Permission::read, nullptr, stream_progress},
    RouteEntry{"/v1/operations/{}/resume", "POST", Permission::act, resume_operation},
    RouteEntry{"/v1/orphans", "GET", Permission::read, list_orphans},
    RouteEntry{"/v1/orphans/{}", "DELETE", Permission::act, delete_orphan},
    RouteEntry{"/v1/orphans/{}/adopt", "POST", Permission::act, adopt_orphan},
    RouteEntry{"/v1/takeover", "POST", Permission::act, take_over},
    RouteEntry{"/v1/version", "GET", Permission::read, show_version},
};

// A name as a client gave it. It ends in events, logs and errors: no name that anything has is changed by this.
std::string text_from(std::string_view encoded) { return clean(percent_decoded(encoded), longest_name); }

std::string_view take_segment(std::string_view& path) {
  const auto slash = path.find('/', 1);
  const auto segment = path.substr(0, slash);
  path.remove_prefix(segment.size());
  return segment;
}

bool matches(std::string_view pattern, std::string_view path, std::vector<std::string>& arguments) {
  arguments.clear();
  while (!pattern.empty() && !path.empty()) {
    const auto wanted = take_segment(pattern);
    const auto given = take_segment(path);
    if (wanted == "/{}" && given.size() > 1) {
      arguments.push_back(text_from(given.substr(1)));
    } else if (wanted != given) {
      return false;
    }
  }
  return pattern.empty() && path.empty();
}

}  // namespace

std::span<const RouteEntry> control_routes() { return routes; }

RouteMatch find_route(std::string_view method, std::string_view path) {
  RouteMatch match;
  std::vector<std::string> arguments;
  for (const RouteEntry& route : routes) {
    if (!matches(route.path, path, arguments)) continue;
    if (route.method == method) return {&route, std::move(arguments), ""};
    match.allowed += (match.allowed.empty() ? "" : ", ") + std::string(route.method);
  }
  return match;
}

std::string known_paths() {
  std::string paths;
  std::string_view last;
  for (const RouteEntry& route : routes) {
    if (route.path != last) paths += (paths.empty() ? "" : ", ") + std::string(route.path);
    last = route.path;
  }
  return paths;
}

std::map<std::string, std::string> query_of(std::string_view target) {
  const auto mark = target.find('?');
  std::string_view text = mark == std::string_view::npos ? "" : target.substr(mark + 1);
  std::map<std::string, std::string> query;
  while (!text.empty()) {
    const auto pair = text.substr(0, text.find('&'));
    text.remove_prefix(std::min(text.size(), pair.size() + 1));
    const auto equals = pair.find('=');
    const auto value = equals == std::string_view::npos ? std::string_view() : pair.substr(equals + 1);
    query.emplace(text_from(pair.substr(0, equals)), text_from(value));
  }
  return query;
}

std::string percent_decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned char byte = 0;
    const char* digits = text.data() + i + 1;
    if (text[i] == '%' && i + 2 <= text.size() - 1 &&
        std::from_chars(digits, digits + 2, byte, 16).ptr == digits + 2) {
      out += static_cast<char>(byte);
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

}  // namespace morpheus
