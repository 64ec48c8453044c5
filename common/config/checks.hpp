#pragma once

#include <cstdint>
#include <string>

#include "common/error.hpp"

namespace morpheus {

// Checks of one value as it is written; an error says what to write instead.
using Check = Result<> (*)(const std::string& text);

Result<> check_absolute_path(const std::string& text);
Result<> check_optional_path(const std::string& text);  // empty is right too
Result<> check_socket_path(const std::string& text);    // absolute, and fits into sun_path
Result<> check_log_level(const std::string& text);
Result<> check_http_url(const std::string& text);
Result<> check_download(const std::string& text);  // a web address in which {version} and {arch} may stand
Result<> check_cidr(const std::string& text);     // an IPv4 or IPv6 network with its prefix's length, without host bits
Result<> check_version(const std::string& text);  // becomes a part of a web address: "2.10.24"
Result<> check_sha256(const std::string& text);   // 64 hexadecimal digits
Result<> check_optional_sha256(const std::string& text);
Result<> check_word(const std::string& text);     // not empty, no blanks or control characters

Result<> check_listen(const std::string& text);   // ADDRESS:PORT, or empty

// An address (not a name, without brackets) and a port to listen on.
struct ListenAddress {
  std::string host;
  std::uint16_t port = 0;
};
Result<ListenAddress> parse_listen(const std::string& text);

// A finite decimal number.
Result<double> parse_number(const std::string& text);

}  // namespace morpheus
