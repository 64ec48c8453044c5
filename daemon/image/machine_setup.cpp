#include "daemon/image/machine_setup.hpp"

#include <boost/algorithm/string/replace.hpp>

namespace morpheus {
namespace {

constexpr const char* release_page =
    "https://github.com/nats-io/nats-server/releases/download/v{version}/nats-server-v{version}-linux-{arch}.tar.gz";

}  // namespace

std::string release_architecture(std::string_view provider_architecture) {
  return provider_architecture == "arm" ? "arm64" : "amd64";
}

MachineSetup make_machine_setup(const Config::Integration& integration, std::string_view architecture) {
  const auto filled_in = [&](std::string url) {
    boost::replace_all(url, "{version}", integration.nats_version);
    boost::replace_all(url, "{arch}", architecture);
    return url;
  };
  MachineSetup setup;
  setup.nats = integration.nats_install;
  setup.nats_version = integration.nats_version;
  for (const auto& url : integration.nats_download_urls) setup.nats_urls.push_back(filled_in(url));
  if (setup.nats_urls.empty()) setup.nats_urls.push_back(filled_in(release_page));
  setup.nats_sha256 = integration.nats_sha256;
  setup.nimsforest = integration.nimsforest_install;
  setup.nimsforest_url = filled_in(integration.nimsforest_download_url);
  setup.nimsforest_sha256 = integration.nimsforest_sha256;
  return setup;
}

}  // namespace morpheus
