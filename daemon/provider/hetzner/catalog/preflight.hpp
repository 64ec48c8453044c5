#pragma once

#include <boost/asio/awaitable.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "common/config/config.hpp"
#include "common/error.hpp"
#include "daemon/provider/hetzner/catalog/catalog.hpp"

namespace morpheus::hetzner {

namespace asio = boost::asio;

// What can be known to go wrong before a machine is created.

// Without security.admin_cidrs nobody would reach a machine, the daemon neither.
Result<> check_admin_networks(const Config::Security& security);

// What a machine of that architecture (amd64, arm64) downloads its programs from.
std::vector<std::string> download_urls(const Config::Integration& integration, std::string_view architecture);

// The download addresses against the machines: an address for x86 alone and an ARM type, or a host without an IPv6 address
// (github.com has none) and machines without IPv4. What cannot be told from here is a warning.
asio::awaitable<Result<std::vector<std::string>>> check_downloads(Config::Integration integration, Config::Hetzner hetzner,
                                                                  const Catalog& catalog);

}  // namespace morpheus::hetzner
