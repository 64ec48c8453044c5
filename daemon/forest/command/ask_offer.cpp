#include "daemon/forest/command/ask_offer.hpp"

#include <fmt/format.h>

#include "daemon/forest/orphan/provider_fault.hpp"
#include "daemon/runtime/timeout.hpp"

namespace morpheus {
namespace {

Error late(const std::string& provider, const std::string& what, const std::optional<ApiUse>& use) {
  const auto left = use && use->left ? fmt::format(" ({} calls are left to the account)", *use->left) : "";
  return Error{ErrorCode::unavailable, fmt::format("{} did not say within {} s what {}{}", provider, offer_limit.count() / 1000, what, left),
               "nothing was begun: try again later; morpheusctl doctor looks what is wrong"};
}

}  // namespace

asio::awaitable<Result<Offer>> ask_offer(const ForestContext& context, std::string provider) {
  Provider& asked = *context.providers.at(provider);
  const auto offer = co_await with_timeout(context.clock, offer_limit, asked.offer());
  if (offer && *offer) co_return *offer;
  if (offer) co_return provider_fault(offer->error());
  co_return late(provider, "it would make", asked.api_use());
}

asio::awaitable<Result<std::string>> ask_image(const ForestContext& context, std::string provider, MachineSpec spec, std::string type) {
  Provider& asked = *context.providers.at(provider);
  const auto image = co_await with_timeout(context.clock, offer_limit, asked.image(spec, type, Purpose::reading));
  if (image && *image) co_return *image;
  if (image) co_return provider_fault(image->error());
  co_return late(provider, "a machine would be told", asked.api_use());
}

}  // namespace morpheus
