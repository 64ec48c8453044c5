#include "common/config/checks.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <string_view>

#include "common/model/network.hpp"

namespace morpheus {
namespace {

constexpr std::size_t longest_socket_path = 107;  // sun_path without its zero, unix(7)

Error wrong(std::string message, std::string hint) {
  return {ErrorCode::invalid, std::move(message), std::move(hint)};
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_alphanumeric(char c) { return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

// RFC 3986's characters without the quote, which has no business in a shell line or a configuration.
bool is_url_character(char c) {
  return is_alphanumeric(c) || std::string_view("-._~:/?#[]@!$&()*+,;=%").find(c) != std::string_view::npos;
}

}  // namespace

Result<> check_absolute_path(const std::string& text) {
  if (text.starts_with('/')) return {};
  return wrong(fmt::format("\"{}\" is not an absolute path", text), "begin it with /");
}

Result<> check_optional_path(const std::string& text) {
  if (text.empty()) return {};
  return check_absolute_path(text);
}

Result<> check_socket_path(const std::string& text) {
  if (text.size() > longest_socket_path) {
    return wrong(fmt::format("a socket's path has at most {} bytes, this one has {}", longest_socket_path,
                             text.size()),
                 "use a shorter directory");
  }
  return check_absolute_path(text);
}

Result<> check_log_level(const std::string& text) {
  constexpr std::array<std::string_view, 4> levels{"debug", "info", "warning", "error"};
  if (std::ranges::find(levels, text) != levels.end()) return {};
  return wrong(fmt::format("\"{}\" is not a log level", text), "write debug, info, warning or error");
}

Result<> check_http_url(const std::string& text) {
  std::string_view rest = text;
  const auto skip = [&rest](std::string_view scheme) {
    if (!rest.starts_with(scheme)) return false;
    rest.remove_prefix(scheme.size());
    return true;
  };
  const bool scheme = skip("https://") || skip("http://");
  const auto host = rest.substr(0, rest.find_first_of("/?#"));
  if (scheme && !host.empty() && host.front() != ':' && std::ranges::all_of(rest, is_url_character))
    return {};
  return wrong(fmt::format("\"{}\" is not a web address", text), "write it like https://example.org/path");
}

Result<> check_sha256(const std::string& text) {
  constexpr std::size_t digits = 64;
  const auto is_digit = [](unsigned char c) { return std::isxdigit(c) != 0; };
  if (text.size() == digits && std::ranges::all_of(text, is_digit)) return {};
  return wrong(fmt::format("\"{}\" is not a SHA-256 checksum", text), "write its 64 hexadecimal digits, as sha256sum prints them");
}

Result<> check_optional_sha256(const std::string& text) { return text.empty() ? Result<>{} : check_sha256(text); }

Result<> check_download(const std::string& text) {
  std::string filled = text;
  for (const std::string_view place : {"{version}", "{arch}"}) {
    for (auto at = filled.find(place); at != std::string::npos; at = filled.find(place)) filled.replace(at, place.size(), "x");
  }
  if (filled.find_first_of("{}") == std::string::npos) return check_http_url(filled);
  return wrong(fmt::format("\"{}\" has more in braces than {{version}} and {{arch}}", text), "write the rest as it is");
}

Result<> check_cidr(const std::string& text) {
  const auto network = Network::parse(text);
  if (network) return {};
  return network.error();
}

Result<ListenAddress> parse_listen(const std::string& text) {
  const Error error = wrong(fmt::format("\"{}\" is not an address with a port", text), "write it like 127.0.0.1:9099 or [::1]:9099");
  const auto colon = text.rfind(':');
  if (colon == std::string::npos) return error;
  ListenAddress listen;
  listen.host = text.substr(0, colon);
  const bool brackets = listen.host.size() > 2 && listen.host.front() == '[' && listen.host.back() == ']';
  if (brackets) listen.host = listen.host.substr(1, listen.host.size() - 2);
  std::array<unsigned char, 16> bytes{};
  if (::inet_pton(brackets ? AF_INET6 : AF_INET, listen.host.c_str(), bytes.data()) != 1) return error;
  const auto port = std::string_view(text).substr(colon + 1);
  const auto [end, failure] = std::from_chars(port.begin(), port.end(), listen.port);
  if (failure == std::errc() && end == port.end() && listen.port > 0) return listen;
  return error;
}

Result<> check_listen(const std::string& text) {
  if (text.empty()) return {};
  const auto parsed = parse_listen(text);
  if (parsed) return {};
  return parsed.error();
}

Result<> check_version(const std::string& text) {
  const auto fits = [](char c) { return is_alphanumeric(c) || c == '.' || c == '-' || c == '+'; };
  if (!text.empty() && is_digit(text.front()) && std::ranges::all_of(text, fits)) return {};
  return wrong(fmt::format("\"{}\" is not a version", text), "write it like 2.10.24");
}

Result<> check_word(const std::string& text) {
  const auto printable = [](char c) { return static_cast<unsigned char>(c) > ' ' && c != 0x7f; };
  if (!text.empty() && std::ranges::all_of(text, printable)) return {};
  return wrong(fmt::format("\"{}\" is not a name", text), "write one without blanks");
}

Result<double> parse_number(const std::string& text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc() && end == text.data() + text.size() && std::isfinite(value)) return value;
  return wrong(fmt::format("\"{}\" is not a number", text), "write digits, like 80");
}

}  // namespace morpheus
