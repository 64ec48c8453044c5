#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <memory>
#include <string>

#include "common/config/config.hpp"
#include "daemon/http/api_client.hpp"
#include "daemon/provider/lease/lease_holder.hpp"
#include "daemon/provider/provider.hpp"
#include "daemon/provider/repairs.hpp"
#include "daemon/runtime/clock.hpp"

namespace morpheus {

// The Hetzner provider with what it stands on. Without a token, or with an endpoint that cannot be, it is a provider that says
// so: the daemon serves its other forests.
class Cloud {
 public:
  // Reads the token (and takes HCLOUD_TOKEN out of the environment); HCLOUD_ENDPOINT goes before hetzner.endpoint.
  Cloud(const asio::any_io_executor& executor, Clock& clock, const Config& config, const std::string& installation_id,
        LeaseHolder& lease, Repairs& repairs);

  Provider& provider() { return *provider_; }

 private:
  std::unique_ptr<ApiClient> client_;
  std::unique_ptr<Provider> provider_;
};

}  // namespace morpheus
