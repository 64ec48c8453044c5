#include "daemon/forest/ask_offer.hpp"

#include <fmt/format.h>

#include "daemon/runtime/timeout.hpp"

namespace morpheus {

asio::awaitable<Result<Offer>> ask_offer(const ForestContext& context, std::string provider) {
  Provider& asked = *context.providers.at(provider);
  const auto offer = co_await with_timeout(context.clock, offer_limit, asked.offer());
  if (offer) co_return *offer;
  const auto use = asked.api_use();
  const auto left = use && use->left ? fmt::format(" ({} calls are left to the account)", *use->left) : "";
  Error late{ErrorCode::unavailable,
             fmt::format("{} did not say within {} s what it would make{}", provider, offer_limit.count() / 1000, left),
             "nothing was begun: try again later; morpheusctl doctor looks what is wrong"};
  co_return late;
}

}  // namespace morpheus
