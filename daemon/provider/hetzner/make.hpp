#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <memory>
#include <string>

#include "common/config/config.hpp"
#include "daemon/provider/lease/lease_holder.hpp"
#include "daemon/provider/provider.hpp"
#include "daemon/provider/repairs.hpp"
#include "daemon/runtime/clock.hpp"

namespace morpheus::hetzner {

// The provider with its client of the API. Without a token, or with an endpoint that cannot be, it is one that says so: the daemon serves
// its other forests. Reads the token (and takes HCLOUD_TOKEN out of the environment); HCLOUD_ENDPOINT goes before hetzner.endpoint.
std::unique_ptr<Provider> make_provider(const asio::any_io_executor& executor, Clock& clock, const Config& config, const std::string& installation_id,
                                        LeaseHolder& lease, Repairs& repairs);

}  // namespace morpheus::hetzner
