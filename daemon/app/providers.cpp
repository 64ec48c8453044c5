#include "daemon/app/providers.hpp"

#include <algorithm>
#include <array>
#include <iterator>

#include "common/model/provider_kind.hpp"
#include "daemon/provider/hetzner/make.hpp"
#include "daemon/provider/local/local_provider.hpp"

namespace morpheus {
namespace {

std::unique_ptr<Provider> make_local(const ProviderParts& parts) {
  return std::make_unique<LocalProvider>(parts.clock, parts.config.daemon.state_dir, parts.installation_id, parts.config.local, parts.starter);
}

std::unique_ptr<Provider> make_hetzner(const ProviderParts& parts) {
  return hetzner::make_provider(parts.executor, parts.clock, parts.config, parts.installation_id, parts.lease, parts.repairs);
}

struct Maker {
  std::string_view name;
  std::unique_ptr<Provider> (*make)(const ProviderParts& parts);
};

constexpr std::array makers{Maker{"local", make_local}, Maker{"hetzner", make_hetzner}};

constexpr bool has_a_maker(const ProviderKind& kind) {
  return std::ranges::any_of(makers, [&](const Maker& maker) { return maker.name == kind.name; });
}

static_assert(std::ranges::all_of(provider_kinds, has_a_maker) && makers.size() == provider_kinds.size(), "each kind of provider has one maker");

}  // namespace

Providers::Providers(const ProviderParts& parts, StepGate& gate, const std::function<Result<>()>& may_change) {
  for (const Maker& maker : makers) {
    providers_.push_back(maker.make(parts));
    gated_.push_back(std::make_unique<GatedProvider>(*providers_.back(), gate, may_change));
    by_name_.emplace(maker.name, gated_.back().get());
  }
}

asio::awaitable<std::vector<std::string>> Providers::start_after_boot() {
  std::vector<std::string> down;
  for (const auto& provider : providers_) {
    auto its = co_await provider->start_after_boot();
    std::ranges::move(its, std::back_inserter(down));
  }
  co_return down;
}

}  // namespace morpheus
