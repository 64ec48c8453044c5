#define SD_JOURNAL_SUPPRESS_LOCATION
#include "daemon/app/journald_log.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <sys/uio.h>
#include <systemd/sd-journal.h>
#include <syslog.h>

#include <array>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace morpheus {
namespace {

// What one looks for with `journalctl MESSAGE_ID=...`: docs/notifications.md has the table.
struct Message {
  std::string_view kind;
  EventLevel least;
  std::string_view id;
};

constexpr std::array messages{
    Message{"decision", EventLevel::warning, "a5d38dffeea04b15b544e66ad61e6537"},
    Message{"decision", EventLevel::info, "901cc99a46dc4da9b7557aa19304f2ea"},
    Message{"operation", EventLevel::error, "1582dd8c12804c4fa614ad85b6eb5876"},
    Message{"operation", EventLevel::info, "83aa2704443647c7a77e9c2f0597b07d"},
    Message{"node", EventLevel::warning, "4da132e1c5f34e3580c0e2d7c8b29281"},
    Message{"node", EventLevel::info, "d52caffeb61346bbbe9a79da0f477b8d"},
    Message{"command", EventLevel::info, "488303a61e114acfb3770d654b70ea9b"},
    Message{"orphan", EventLevel::info, "417389564dec403190a84534b8f64686"},
};

int priority_of(EventLevel level) {
  switch (level) {
    case EventLevel::info: return LOG_INFO;
    case EventLevel::warning: return LOG_WARNING;
    case EventLevel::error: return LOG_ERR;
  }
  return LOG_ERR;
}

std::string_view id_of(const Event& event) {
  for (const Message& message : messages) {
    if (message.kind == event.kind && event.level >= message.least) return message.id;
  }
  return "";
}

std::vector<std::string> fields_of(const Event& event) {
  std::vector<std::string> fields{"MESSAGE=" + line_of(event), fmt::format("PRIORITY={}", priority_of(event.level)),
                                  "SYSLOG_IDENTIFIER=morpheusd", "MORPHEUS_KIND=" + event.kind};
  const auto add = [&fields](std::string_view name, std::string_view value) {
    if (!value.empty()) fields.push_back(fmt::format("{}={}", name, value));
  };
  add("MESSAGE_ID", id_of(event));
  add("MORPHEUS_FOREST", event.forest);
  add("MORPHEUS_NODE", event.node);
  if (event.caller) {
    add("MORPHEUS_USER", event.caller->user);
    add("MORPHEUS_UID", std::to_string(event.caller->uid));
    add("MORPHEUS_PID", std::to_string(event.caller->pid));
    add("MORPHEUS_PROGRAM", event.caller->program);
  }
  add("MORPHEUS_COMMAND", event.command);
  if (event.operation_id != 0) add("MORPHEUS_OPERATION", std::to_string(event.operation_id));
  return fields;
}

}  // namespace

void JournaldLog::tell(const Event& event) {
  auto fields = fields_of(event);
  std::vector<iovec> parts;
  for (std::string& field : fields) parts.push_back({field.data(), field.size()});
  const int sent = ::sd_journal_sendv(parts.data(), static_cast<int>(parts.size()));
  if (sent < 0) spdlog::warn("{} (journald does not take its fields: {})", line_of(event), std::strerror(-sent));
}

}  // namespace morpheus
