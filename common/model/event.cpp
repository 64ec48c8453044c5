#include "common/model/event.hpp"

#include <fmt/format.h>

#include <utility>

namespace morpheus {
namespace {

std::string subject(const Event& event) {
  if (!event.node.empty()) return event.node + ": ";
  return event.forest.empty() ? "" : event.forest + ": ";
}

}  // namespace

std::string describe(const Caller& caller) {
  const auto program = caller.program.empty() ? "" : ", " + caller.program;
  return fmt::format("{} (uid {}, pid {}{})", caller.user, caller.uid, caller.pid, program);
}

Event command_event(const Caller& caller, const std::string& what) {
  Event event;
  event.kind = "command";
  event.caller = caller;
  event.command = what;
  event.message = fmt::format("{}: {}", describe(caller), what);
  return event;
}

Event daemon_event(EventLevel level, std::string message) {
  Event event;
  event.kind = "daemon";
  event.level = level;
  event.message = std::move(message);
  return event;
}

std::string line_of(const Event& event) { return subject(event) + event.message; }

}  // namespace morpheus
