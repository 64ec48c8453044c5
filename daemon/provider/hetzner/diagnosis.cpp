#include <fmt/format.h>

#include <set>

#include "daemon/http/reach.hpp"
#include "daemon/image/machine_setup.hpp"
#include "daemon/provider/hetzner/catalog/preflight.hpp"
#include "daemon/provider/hetzner/hetzner_provider.hpp"
#include "daemon/runtime/task_group.hpp"
#include "daemon/runtime/timeout.hpp"

namespace morpheus::hetzner {
namespace {

struct Location {
  std::int64_t id = 0;
};

Location read_location(const JsonObject& json) { return Location{json.integer("id")}; }

constexpr Millis check_limit{15'000};     // for one question to the API
constexpr Millis download_limit{10'000};  // for one address, its name included

Finding finding_of(const std::string& check, const Result<>& result, const std::string& fine) {
  if (result) return {check, FindingLevel::ok, fine, ""};
  return {check, FindingLevel::failed, result.error().message, result.error().hint};
}

// What hangs is a finding too, and keeps no other check waiting.
asio::awaitable<Finding> examine(Clock& clock, std::string check, std::string fine, asio::awaitable<Result<>> work) {
  const auto result = co_await with_timeout(clock, check_limit, std::move(work));
  if (result) co_return finding_of(check, *result, fine);
  Error late{ErrorCode::unavailable, fmt::format("no answer within {} s", check_limit.count() / 1000),
             "check hetzner.endpoint and this machine's network"};
  const Result<> none = late;
  co_return finding_of(check, none, fine);
}

// As it is seen from here: the machines have a network of their own.
Finding download_finding(const std::string& url, const std::optional<Result<unsigned>>& answer) {
  constexpr unsigned first_error = 400;
  constexpr unsigned no_heads = 405;
  const std::string from_here = "as seen from this machine";
  const std::string hint = "name another address in integration.*, or mend the way to it; the machines may see it otherwise";
  if (!answer) {
    const auto late = fmt::format("{} does not answer within {} s, {}", url, download_limit.count() / 1000, from_here);
    return {"download", FindingLevel::failed, late, hint};
  }
  if (!*answer) return {"download", FindingLevel::failed, fmt::format("{}: {}, {}", url, answer->error().message, from_here), hint};
  const unsigned status = **answer;
  if (status >= first_error && status != no_heads) {
    return {"download", FindingLevel::failed, fmt::format("{} answers {}, {}", url, status, from_here), hint};
  }
  return {"download", FindingLevel::ok, fmt::format("{} answers, {}", url, from_here), ""};
}

asio::awaitable<void> reach(Clock& clock, std::string url, Finding& finding) {
  ApiBounds bounds;
  bounds.connect = bounds.whole = download_limit;
  const std::string systems;
  const auto answer = co_await with_timeout(clock, download_limit, head(url, bounds, systems));
  finding = download_finding(url, answer);
}

}  // namespace

asio::awaitable<Result<>> HetznerProvider::check_read_access() {
  const auto answer = co_await access_.reader().list("locations", "", read_location, Urgency::reading);
  if (!answer) co_return to_error(answer.error());
  co_return Result<>{};
}

asio::awaitable<Result<>> HetznerProvider::check_catalog() {
  const auto refreshed = co_await refresh_catalog(Purpose::reading);
  if (!refreshed) co_return refreshed.error();
  co_return check_choice(*catalog_, settings_.hetzner);
}

asio::awaitable<Result<>> HetznerProvider::check_keys() {
  const auto keys = co_await keys_.ids(false, Urgency::reading);
  if (!keys) co_return keys.error();
  co_return Result<>{};
}

std::vector<std::string> HetznerProvider::downloads_of_its_types() const {
  std::set<std::string> urls;
  for (const auto& name : settings_.hetzner.server_types) {
    const MachineType* type = catalog_ ? catalog_->type(name) : nullptr;
    const auto architecture = release_architecture(type ? type->architecture : "");
    for (auto& url : download_urls(settings_.integration, architecture)) urls.insert(std::move(url));
  }
  return {urls.begin(), urls.end()};
}

asio::awaitable<std::vector<Finding>> HetznerProvider::diagnose_downloads() {
  const auto urls = downloads_of_its_types();
  std::vector<Finding> findings(urls.size());
  const auto executor = co_await asio::this_coro::executor;
  TaskGroup tasks(executor);
  for (std::size_t i = 0; i < urls.size(); ++i) tasks.spawn(urls[i], reach(clock_, urls[i], findings[i]));
  co_await tasks.join();
  const Catalog catalog = catalog_.value_or(Catalog{});
  const auto fit = co_await check_downloads(settings_.integration, settings_.hetzner, catalog);
  if (!fit) findings.push_back({"downloads", FindingLevel::failed, fit.error().message, fit.error().hint});
  if (!fit) co_return findings;
  for (const auto& warning : *fit) findings.push_back({"downloads", FindingLevel::warning, warning, "try again later"});
  co_return findings;
}

std::vector<Finding> HetznerProvider::diagnose_limits() const {
  std::vector<Finding> findings;
  if (availability_.last_limit().empty()) {
    findings.push_back({"quota", FindingLevel::ok, "no limit of the project was met since the daemon's start", ""});
  } else {
    const auto refusal = availability_.refusal();
    findings.push_back({"quota", FindingLevel::warning, refusal.empty() ? availability_.last_limit() : refusal,
                        "delete what is not needed, or ask Hetzner for a higher limit"});
  }
  const auto cooling = catalog_ ? availability_.describe(choice().pairs()) : std::string();
  if (!cooling.empty()) {
    findings.push_back({"sold out", FindingLevel::warning, cooling,
                        "add machine types or locations to hetzner.server_types and hetzner.locations"});
  }
  const auto left = access_.budget().calls_left();
  if (!left) return findings;
  const bool few = *left <= RateBudget::reserve;
  findings.push_back({"calls", few ? FindingLevel::warning : FindingLevel::ok,
                      fmt::format("{} calls are left to the account", *left),
                      few ? "wait: one a second comes back; another program may use the same project" : ""});
  return findings;
}

asio::awaitable<std::vector<Finding>> HetznerProvider::diagnose() {
  std::vector<Finding> findings;
  auto read = co_await examine(clock_, "token", "it may read", check_read_access());
  findings.push_back(std::move(read));
  auto write = co_await examine(clock_, "token", "it may write", access_.check_token_may_write(urgency_of(Purpose::reading)));
  findings.push_back(std::move(write));
  auto catalog = co_await examine(clock_, "machines to be made", "types, locations and image are sold", check_catalog());
  findings.push_back(std::move(catalog));
  if (catalog_) {
    for (Notice& notice : notices()) {
      findings.push_back({"machines to be made", FindingLevel::warning, std::move(notice.message), std::move(notice.hint)});
    }
  }
  auto keys = co_await examine(clock_, "SSH keys", fmt::format("{} configured", settings_.hetzner.ssh_keys.size()), check_keys());
  findings.push_back(std::move(keys));
  if (settings_.hetzner.ssh_keys.empty()) {
    findings.back() = {"SSH keys", FindingLevel::warning, "hetzner.ssh_keys is empty: nobody can log in to the machines",
                       "name a key in hetzner.ssh_keys"};
  }
  findings.push_back(finding_of("admin_cidrs", check_admin_networks(settings_.security), "security.admin_cidrs names who may come in"));
  for (Finding& limit : diagnose_limits()) findings.push_back(std::move(limit));
  auto downloads = co_await diagnose_downloads();
  for (Finding& download : downloads) findings.push_back(std::move(download));
  co_return findings;
}

}  // namespace morpheus::hetzner
