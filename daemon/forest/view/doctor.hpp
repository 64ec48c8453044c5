#pragma once

#include <boost/asio/awaitable.hpp>
#include <vector>

#include "common/model/finding.hpp"
#include "daemon/forest/context.hpp"
#include "daemon/forest/view/provider_looks.hpp"

namespace morpheus {

// Every check that the daemon can make of itself, its providers and its forests, in that order. A provider that nobody has set
// up is fine as long as no forest is on it.
asio::awaitable<std::vector<Finding>> examine_all(const ForestContext& context, ProviderLooks& looks, Freshness freshness);

// What of one forest an operator should know: nodes that do not answer or contradict the others, a futile growth, a pause, an operation that takes long.
std::vector<Finding> examine_forest(const ForestContext& context, const Forest& forest);

}  // namespace morpheus
