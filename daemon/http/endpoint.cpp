#include "daemon/http/endpoint.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <ifaddrs.h>

#include <boost/asio/ip/address.hpp>
#include <charconv>
#include <memory>
#include <string_view>

namespace morpheus {
namespace {

constexpr int https_port = 443;
constexpr int http_port = 80;
constexpr int highest_port = 65'535;

Error wrong(const std::string& url, const std::string& why) {
  return Error{ErrorCode::invalid, fmt::format("\"{}\": {}", url, why), "write https://HOST[:PORT][/PATH]"};
}

boost::asio::ip::address address_of(const sockaddr* raw) {
  if (raw->sa_family == AF_INET) {
    const auto* in = reinterpret_cast<const sockaddr_in*>(raw);
    return boost::asio::ip::address_v4(ntohl(in->sin_addr.s_addr));
  }
  const auto* in6 = reinterpret_cast<const sockaddr_in6*>(raw);
  boost::asio::ip::address_v6::bytes_type bytes;
  std::copy(std::begin(in6->sin6_addr.s6_addr), std::end(in6->sin6_addr.s6_addr), bytes.begin());
  return boost::asio::ip::address_v6(bytes);
}

bool is_of_this_machine(const std::string& host) {
  if (host == "localhost") return true;
  boost::system::error_code error;
  const auto wanted = boost::asio::ip::make_address(host, error);
  if (error) return false;
  if (wanted.is_loopback()) return true;
  ifaddrs* all = nullptr;
  if (::getifaddrs(&all) != 0) return false;
  const std::unique_ptr<ifaddrs, decltype(&::freeifaddrs)> owned(all, &::freeifaddrs);
  for (const ifaddrs* each = all; each; each = each->ifa_next) {
    const bool is_ip = each->ifa_addr && (each->ifa_addr->sa_family == AF_INET || each->ifa_addr->sa_family == AF_INET6);
    if (is_ip && address_of(each->ifa_addr) == wanted) return true;
  }
  return false;
}

// Takes "host", "host:port" or "[host]:port" apart.
bool split_authority(std::string_view authority, Endpoint& endpoint) {
  std::string_view port;
  if (authority.starts_with('[')) {
    const auto close = authority.find(']');
    if (close == std::string_view::npos) return false;
    endpoint.host = authority.substr(1, close - 1);
    port = authority.substr(close + 1);
  } else {
    const auto colon = authority.find(':');
    endpoint.host = authority.substr(0, colon);
    port = colon == std::string_view::npos ? "" : authority.substr(colon);
  }
  if (endpoint.host.empty()) return false;
  if (port.empty()) return true;
  const char* end = port.data() + port.size();
  const auto parsed = std::from_chars(port.data() + 1, end, endpoint.port);
  return port[0] == ':' && parsed.ec == std::errc() && parsed.ptr == end && endpoint.port > 0 && endpoint.port <= highest_port;
}

}  // namespace

Result<Endpoint> split_url(const std::string& url) {
  constexpr std::string_view https = "https://";
  constexpr std::string_view http = "http://";
  Endpoint endpoint;
  endpoint.tls = url.starts_with(https);
  if (!endpoint.tls && !url.starts_with(http)) return wrong(url, "is no web address");
  endpoint.port = endpoint.tls ? https_port : http_port;
  const std::string_view rest = std::string_view(url).substr(endpoint.tls ? https.size() : http.size());
  if (rest.find_first_of("@# \t\r\n") != std::string_view::npos) return wrong(url, "has more than a host, a port and a path");
  const auto slash = rest.find('/');
  if (!split_authority(rest.substr(0, slash), endpoint)) return wrong(url, "has no sound host and port");
  if (slash != std::string_view::npos) endpoint.base_path = rest.substr(slash);
  return endpoint;
}

Result<Endpoint> parse_endpoint(const std::string& url) {
  if (url.find('?') != std::string::npos) return wrong(url, "has more than a host, a port and a path");
  auto split = split_url(url);
  if (!split) return split.error();
  Endpoint& endpoint = *split;
  while (endpoint.base_path.ends_with('/')) endpoint.base_path.pop_back();
  if (endpoint.tls || is_of_this_machine(endpoint.host)) return endpoint;
  return wrong(url, "would send the token in clear: plain HTTP is for an address of this machine alone");
}

}  // namespace morpheus
