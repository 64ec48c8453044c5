#include "daemon/provider/hetzner/api/token.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <utility>

#include "daemon/runtime/small_file.hpp"

namespace morpheus::hetzner {
namespace {

constexpr const char* credential = "hcloud-token";
constexpr const char* variable = "HCLOUD_TOKEN";
constexpr std::size_t longest_token = 4096;
constexpr std::size_t largest_token_file = 64 * 1024;  // what is longer than a token is refused as none

Result<std::string> sound_token(std::string text, const std::string& where) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
  if (text.empty()) return Error{ErrorCode::invalid, fmt::format("the API token in {} is empty", where), "write the token there"};
  const bool plain = std::ranges::all_of(text, [](unsigned char c) { return c > ' ' && c < 0x7f; });
  if (plain && text.size() <= longest_token) return text;
  return Error{ErrorCode::invalid, fmt::format("what stands in {} is no API token", where),
               "write the token there, alone on one line"};
}

// Unset: there is no such file.
Result<std::optional<std::string>> read_token_file(const std::string& path) {
  auto text = read_small_file(path, largest_token_file, "write the token there, into a regular file that morpheusd may read");
  if (!text) return Error{text.error().code, "the API token's file " + text.error().message, text.error().hint};
  if (!*text) return std::optional<std::string>();
  auto token = sound_token(**std::move(text), path);
  if (!token) return token.error();
  return std::optional(*std::move(token));
}

// Only its owner may read it.
Result<> check_privacy(const std::string& path) {
  struct stat about {};
  if (::stat(path.c_str(), &about) != 0) {
    return Error{ErrorCode::failed, fmt::format("hetzner.token_file {}: {}", path, std::strerror(errno)),
                 "write the API token there, readable for morpheusd alone"};
  }
  if (!S_ISREG(about.st_mode)) {
    return Error{ErrorCode::invalid, fmt::format("hetzner.token_file {} is not a file", path), "name the token's file"};
  }
  if ((about.st_mode & (S_IRWXG | S_IRWXO)) == 0) return {};
  return Error{ErrorCode::invalid, fmt::format("hetzner.token_file {} can be read by others", path),
               fmt::format("chmod 600 {}; make a new token if somebody may have seen it", path)};
}

// unsetenv() alone leaves the bytes where /proc/PID/environ shows them.
std::optional<std::string> take_variable() {
  char* value = std::getenv(variable);
  if (!value) return std::nullopt;
  std::string token = value;
  ::explicit_bzero(value, token.size());
  ::unsetenv(variable);
  return token;
}

}  // namespace

Result<std::string> read_token(const std::string& token_file) {
  const auto from_environment = take_variable();
  const char* directory = std::getenv("CREDENTIALS_DIRECTORY");
  if (directory) {
    auto given = read_token_file(fmt::format("{}/{}", directory, credential));
    if (!given) return given.error();
    if (*given) return **std::move(given);
  }
  if (!token_file.empty()) {
    const auto privately = check_privacy(token_file);
    if (!privately) return privately.error();
    auto kept = read_token_file(token_file);
    if (!kept) return kept.error();
    if (*kept) return **std::move(kept);
    return Error{ErrorCode::failed, fmt::format("hetzner.token_file {} is gone", token_file), "write the API token there"};
  }
  if (from_environment) return sound_token(*from_environment, variable);
  return Error{ErrorCode::not_found, "there is no API token",
               "give systemd's credential hcloud-token, hetzner.token_file, or HCLOUD_TOKEN, and restart morpheusd"};
}

}  // namespace morpheus::hetzner
