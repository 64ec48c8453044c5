#include "tests/sim/sim_leases.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace morpheus::sim {

bool SimLeases::post(const std::string& forest, const Lease& lease) {
  if (!world_.enclosed.contains(forest)) return false;
  const auto [place, fresh] = posted_.try_emplace(forest, Posted{lease, world_.now()});
  if (!fresh && place->second.lease == lease) return true;
  if (!fresh && place->second.lease.epoch > lease.epoch) world_.count("a posting of a later lease was overwritten");
  place->second = {lease, world_.now()};
  world_.note(fmt::format("world: {} has lease {}", forest, to_text(lease)));
  world_.count("lease posted");
  return true;
}

std::vector<Posting> SimLeases::postings() const {
  std::vector<Posting> all;
  for (const auto& [forest, addresses] : world_.enclosed) {
    const auto posted = posted_.find(forest);
    Posting posting{forest, std::nullopt};
    if (posted != posted_.end()) posting.lease = posted->second.lease;
    all.push_back(std::move(posting));
  }
  return all;
}

std::optional<Millis> SimLeases::superseded_since(const Lease& lease) const {
  std::optional<Millis> since;
  for (const auto& [forest, posted] : posted_) {
    if (supersedes(posted.lease, lease)) since = std::min(since.value_or(posted.since), posted.since);
  }
  return since;
}

void SimLeases::let_through(const Lease& lease, const std::string& call) {
  const auto since = superseded_since(lease);
  if (!since) return;
  world_.count("let through by a look from before a takeover");
  const Millis late = world_.now() - *since;
  if (late < Fence::look_counts) return;
  world_.complain(fmt::format("{} is let through for lease {}, {} ms after it was superseded", call, to_text(lease), late.count()));
}

void SimLeases::carried_out(const Lease& lease, Millis passed, const std::string& call) {
  if (world_.now() - passed > Fence::look_counts) world_.count("pause between a look and an act");
  const auto since = superseded_since(lease);
  if (!since) return;
  world_.count("carried out beside another daemon");
  const Millis late = world_.now() - *since;
  if (late < act_at_once) return;
  world_.complain(fmt::format("{} is carried out for lease {}, {} ms after it was superseded", call, to_text(lease), late.count()));
}

}  // namespace morpheus::sim
