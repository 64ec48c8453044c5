#include "daemon/provider/hetzner/make.hpp"

#include <spdlog/spdlog.h>

#include <cstdlib>
#include <utility>

#include "daemon/http/api_client.hpp"
#include "daemon/provider/hetzner/api/token.hpp"
#include "daemon/provider/hetzner/hetzner_provider.hpp"
#include "daemon/provider/missing_provider.hpp"

namespace morpheus::hetzner {
namespace {

Result<Endpoint> configured_endpoint(const Config& config) {
  const char* other = std::getenv("HCLOUD_ENDPOINT");
  auto endpoint = parse_endpoint(other && *other ? other : config.hetzner.endpoint);
  if (!endpoint || endpoint->tls) return endpoint;
  spdlog::warn("hetzner: the API is asked at {}:{} without TLS", endpoint->host, endpoint->port);
  return endpoint;
}

// A base, so that it is there before the provider and after it.
struct OwnClient {
  ApiClient client;
};

class ProviderWithClient : OwnClient, public HetznerProvider {
 public:
  ProviderWithClient(const asio::any_io_executor& executor, Clock& clock, const Endpoint& endpoint, std::string token,
                     const std::string& installation_id, Settings settings, LeaseHolder& lease, Repairs& repairs)
      : OwnClient{ApiClient(executor, endpoint, std::move(token))},
        HetznerProvider(executor, clock, client, installation_id, std::move(settings), lease, repairs) {}
};

}  // namespace

std::unique_ptr<Provider> make_provider(const asio::any_io_executor& executor, Clock& clock, const Config& config, const std::string& installation_id,
                                        LeaseHolder& lease, Repairs& repairs) {
  auto token = read_token(config.hetzner.token_file);
  const auto endpoint = configured_endpoint(config);
  if (!token || !endpoint) {
    const Error& why = token ? endpoint.error() : token.error();
    if (why.code != ErrorCode::not_found) spdlog::error("hetzner: {}", describe(why));
    return std::make_unique<MissingProvider>(why);
  }
  Settings settings{config.hetzner, config.security, config.integration, config.monitor.host_metrics};
  return std::make_unique<ProviderWithClient>(executor, clock, *endpoint, *std::move(token), installation_id, std::move(settings), lease, repairs);
}

}  // namespace morpheus::hetzner
