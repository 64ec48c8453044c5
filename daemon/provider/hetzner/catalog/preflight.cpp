#include "daemon/provider/hetzner/catalog/preflight.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "daemon/image/machine_setup.hpp"

namespace morpheus::hetzner {
namespace {

// "https://host:port/path" -> "host", without brackets.
std::string host_of(const std::string& url) {
  const auto scheme = url.find("://");
  auto rest = scheme == std::string::npos ? url : url.substr(scheme + 3);
  rest = rest.substr(0, rest.find('/'));
  if (rest.starts_with('[')) return rest.substr(1, rest.find(']') - 1);
  return rest.substr(0, rest.find(':'));
}

bool is_for_x86(const std::string& url) {
  constexpr std::array marks{"amd64", "x86_64", "x86-64"};
  return std::ranges::any_of(marks, [&](const char* mark) { return url.find(mark) != std::string::npos; });
}

Result<> check_architecture(const std::vector<std::string>& urls, const Config::Hetzner& hetzner, const Catalog& catalog) {
  for (const auto& name : hetzner.server_types) {
    const MachineType* type = catalog.type(name);
    if (!type || type->architecture != "arm") continue;
    const auto wrong = std::ranges::find_if(urls, is_for_x86);
    if (wrong == urls.end()) continue;
    return Error{ErrorCode::invalid, fmt::format("{} is for x86, and {} of hetzner.server_types is an ARM machine", *wrong, name),
                 "name a download for ARM, or leave ARM types out"};
  }
  return {};
}

enum class Ipv6 { has, has_not, unknown };

asio::awaitable<Ipv6> ipv6_of(std::string host) {
  boost::system::error_code error;
  const auto literal = asio::ip::make_address(host, error);
  if (!error) co_return literal.is_v6() ? Ipv6::has : Ipv6::has_not;
  const auto executor = co_await asio::this_coro::executor;
  asio::ip::tcp::resolver resolver(executor);
  error.clear();
  const auto v6 = asio::ip::tcp::v6();
  const auto found =
      co_await resolver.async_resolve(v6, host, "443", asio::redirect_error(asio::use_awaitable, error));
  if (!error) co_return found.empty() ? Ipv6::has_not : Ipv6::has;
  const bool no_such = error == asio::error::host_not_found || error == asio::error::no_data;
  co_return no_such ? Ipv6::has_not : Ipv6::unknown;
}

}  // namespace

Result<> check_admin_networks(const Config::Security& security) {
  if (!security.admin_cidrs.empty()) return {};
  return Error{ErrorCode::invalid,
               "security.admin_cidrs is empty: the firewall would let nobody reach the machines' SSH and monitoring, "
               "not even this daemon",
               "name the networks of the admin box and of those who log in: admin_cidrs: [203.0.113.7/32]"};
}

std::vector<std::string> download_urls(const Config::Integration& integration, std::string_view architecture) {
  const auto setup = make_machine_setup(integration, architecture);
  std::vector<std::string> urls;
  if (setup.nats) urls = setup.nats_urls;
  if (setup.nimsforest) urls.push_back(setup.nimsforest_url);
  return urls;
}

asio::awaitable<Result<std::vector<std::string>>> check_downloads(Config::Integration integration, Config::Hetzner hetzner,
                                                                  const Catalog& catalog) {
  const auto urls = download_urls(integration, "{arch}");
  const auto fits = check_architecture(urls, hetzner, catalog);
  if (!fits) co_return fits.error();
  std::vector<std::string> warnings;
  if (hetzner.ipv4) co_return warnings;
  for (const auto& url : urls) {
    const std::string host = host_of(url);
    const auto ipv6 = co_await ipv6_of(host);
    if (ipv6 == Ipv6::has) continue;
    if (ipv6 == Ipv6::unknown) {
      warnings.push_back(fmt::format("whether {} has an IPv6 address cannot be told now", host));
      continue;
    }
    Error error{ErrorCode::invalid, fmt::format("hetzner.ipv4 is false, and {} has no IPv6 address: machines could not download {}",
                                                host, url),
                "set hetzner.ipv4: true, or name a download address that works over IPv6"};
    co_return error;
  }
  co_return warnings;
}

}  // namespace morpheus::hetzner
