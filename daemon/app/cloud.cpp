#include "daemon/app/cloud.hpp"

#include <spdlog/spdlog.h>

#include <cstdlib>

#include "daemon/provider/hetzner/api/token.hpp"
#include "daemon/provider/hetzner/hetzner_provider.hpp"
#include "daemon/provider/missing_provider.hpp"

namespace morpheus {
namespace {

Result<Endpoint> endpoint_of(const Config& config) {
  const char* other = std::getenv("HCLOUD_ENDPOINT");
  auto endpoint = parse_endpoint(other && *other ? other : config.hetzner.endpoint);
  if (!endpoint || endpoint->tls) return endpoint;
  spdlog::warn("hetzner: the API is asked at {}:{} without TLS", endpoint->host, endpoint->port);
  return endpoint;
}

}  // namespace

Cloud::Cloud(const asio::any_io_executor& executor, Clock& clock, const Config& config, const std::string& installation_id,
             LeaseHolder& lease, Repairs& repairs) {
  auto token = hetzner::read_token(config.hetzner.token_file);
  const auto endpoint = endpoint_of(config);
  if (!token || !endpoint) {
    const Error& why = token ? endpoint.error() : token.error();
    if (why.code != ErrorCode::not_found) spdlog::error("hetzner: {}", describe(why));
    provider_ = std::make_unique<MissingProvider>(why);
    return;
  }
  client_ = std::make_unique<ApiClient>(executor, *endpoint, *std::move(token));
  hetzner::Settings settings{config.hetzner, config.security, config.integration, config.monitor.host_metrics};
  provider_ = std::make_unique<hetzner::HetznerProvider>(executor, clock, *client_, installation_id, std::move(settings), lease,
                                                         repairs);
}

}  // namespace morpheus
