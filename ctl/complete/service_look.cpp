#include "ctl/complete/service_look.hpp"

#include <unistd.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <sstream>

namespace morpheus::ctl {
namespace {

constexpr const char* ask_systemd =
    "timeout 0.5 systemctl show --property=Id,ActiveState,Listen morpheusd.socket morpheusd.service 2>/dev/null";

struct Close {
  void operator()(std::FILE* stream) const { ::pclose(stream); }
};

std::string output_of(const char* command) {
  const std::unique_ptr<std::FILE, Close> stream(::popen(command, "r"));
  std::string text;
  std::array<char, 4096> piece{};
  while (stream) {
    const auto size = std::fread(piece.data(), 1, piece.size(), stream.get());
    if (size == 0) break;
    text.append(piece.data(), size);
  }
  return text;
}

std::string resolved(const std::string& path) {
  std::error_code unresolved;
  const auto found = std::filesystem::weakly_canonical(path, unresolved);
  return unresolved ? path : found.string();
}

}  // namespace

bool shown_as_stopped(const std::string& shown, const std::string& path) {
  std::istringstream lines(shown);
  bool listens = false;
  bool runs = false;
  std::string unit;
  std::string state;
  for (std::string line; std::getline(lines, line);) {
    if (line.empty()) unit.clear();
    if (line.starts_with("Id=")) unit = line.substr(3);
    if (line.starts_with("ActiveState=")) state = line.substr(12);
    if (line.starts_with("Listen=")) listens = listens || resolved(line.substr(7, line.find(" (") - 7)) == resolved(path);
    if (unit == "morpheusd.service" && !state.empty()) runs = state == "active" || state == "reloading";
    if (line.empty()) state.clear();
  }
  return listens && !runs;
}

bool connecting_may_start(const std::string& path) {
  if (::access("/run/systemd/system", F_OK) != 0) return false;
  const auto shown = output_of(ask_systemd);
  return shown.empty() || shown_as_stopped(shown, path);
}

}  // namespace morpheus::ctl
