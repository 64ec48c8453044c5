#include "daemon/control/refusals.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <string>

namespace morpheus {
namespace {

constexpr std::size_t longest_request = 200;  // of its text in the record

std::string printable(std::string_view text) {
  std::string out;
  for (const char c : text.substr(0, longest_request)) out += c >= ' ' && c <= '~' ? c : '?';
  return text.size() > longest_request ? out + "..." : out;
}

}  // namespace

void Refusals::record(const Caller& caller, std::string_view request) {
  const BootTime now = clock_.boot();
  const Who who{caller.uid, request.starts_with("GET ") || request.starts_with("HEAD ")};
  const auto found = last_.find(who);
  std::int64_t untold = 0;
  if (found != last_.end()) {
    if (now - found->second.at < limits_.refusals_pause) {
      ++found->second.untold;
      return;
    }
    untold = found->second.untold;
  }
  std::erase_if(last_, [&](const auto& each) { return now - each.second.at >= limits_.refusals_pause; });
  if (last_.size() >= limits_.refused_users) {
    spdlog::debug("{} was refused {}: too many others were, so this is not in the record", caller.user,
                  printable(request));
    return;
  }
  last_[who] = Last{now, 0};
  Event event;
  event.kind = "command";
  event.level = EventLevel::warning;
  event.caller = caller;
  event.command = printable(request);
  event.message = fmt::format("{} was refused {}", describe(caller), event.command);
  if (untold > 0) event.message += fmt::format("; and {} times more before", untold);
  record_.note(std::move(event));
}

}  // namespace morpheus
