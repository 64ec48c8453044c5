#include <fmt/format.h>

#include <set>

#include "daemon/http/reach.hpp"
#include "daemon/image/machine_setup.hpp"
#include "daemon/provider/hetzner/hetzner_provider.hpp"
#include "daemon/provider/hetzner/preflight.hpp"

namespace morpheus::hetzner {
namespace {

Check judged(const char* what, const Result<>& result, const std::string& well) {
  const std::string name = fmt::format("hetzner {}", what);
  if (result) return {name, CheckLevel::ok, well, ""};
  return {name, CheckLevel::failed, result.error().message, result.error().hint};
}

Check warned(const char* what, const std::string& trouble, const std::string& hint, const std::string& well) {
  const std::string name = fmt::format("hetzner {}", what);
  if (trouble.empty()) return {name, CheckLevel::ok, well, ""};
  return {name, CheckLevel::warning, trouble, hint};
}

}  // namespace

asio::awaitable<std::vector<Check>> HetznerProvider::diagnose() {
  std::vector<Check> checks;
  const auto read = co_await refresh_catalog();
  checks.push_back(judged("token", read, "the API takes it"));
  const auto writable = co_await check_write_access();
  checks.push_back(judged("rights", writable, "it may create and delete"));
  checks.push_back(judged("networks", check_admin_networks(settings_.security), "security.admin_cidrs is set"));
  const auto keys = co_await keys_.ids(false);
  checks.push_back(judged("ssh_keys", keys ? Result<>{} : Result<>(keys.error()), "found"));
  checks.push_back(warned("limits", availability_.refusal(), "delete what is not needed, or ask Hetzner for a higher limit", "none was met"));
  if (!catalog_) co_return checks;
  checks.push_back(judged("machines", check_choice(*catalog_, settings_.hetzner), "types, locations and image exist"));
  const auto offered = pairs();
  const bool some = availability_.first_of(offered).has_value() || offered.empty();
  checks.push_back(warned("supply", some ? "" : "sold out: " + availability_.describe(offered),
                          "add machine types or locations to hetzner.server_types and hetzner.locations", "not sold out, as far as was tried"));
  const auto suited = co_await check_downloads(settings_.integration, settings_.hetzner, *catalog_);
  checks.push_back(judged("downloads", suited ? Result<>{} : Result<>(suited.error()), "they suit the machines"));
  const auto reached = co_await reach_downloads();
  checks.insert(checks.end(), reached.begin(), reached.end());
  co_return checks;
}

// From this computer; a machine's way may differ.
asio::awaitable<std::vector<Check>> HetznerProvider::reach_downloads() {
  std::set<std::string> urls;
  for (const auto& type : settings_.hetzner.server_types) {
    const MachineType* known = catalog_->type(type);
    const auto setup = make_machine_setup(settings_.integration, release_architecture(known ? known->architecture : ""));
    if (setup.nats) urls.insert(setup.nats_urls.begin(), setup.nats_urls.end());
    if (setup.nimsforest) urls.insert(setup.nimsforest_url);
  }
  std::vector<Check> checks;
  for (const auto& url : urls) {
    const auto status = co_await reach(api_.executor(), url);
    const bool there = status && *status < 400;
    const auto trouble = status ? fmt::format("answers {}", *status) : status.error().message;
    checks.push_back(warned("downloads", there ? "" : fmt::format("{}: {}", url, trouble),
                            "check integration.nats_download_urls and integration.nimsforest_download_url (asked from this computer)", url + " is there"));
  }
  co_return checks;
}

}  // namespace morpheus::hetzner
