#include "tests/sim/meta_group.hpp"

#include <algorithm>

namespace morpheus::sim {

void MetaGroup::update(const std::vector<MetaServer>& servers, Chance& chance) {
  servers_ = servers;
  std::vector<std::string> candidates;
  int founders = 0;
  for (const MetaServer& server : servers) {
    if (!server.up || !server.may_join) continue;
    founders = std::max(founders, server.founders);
    if (!has(server.name)) candidates.push_back(server.name);
  }
  if (!founded_ && 2 * static_cast<int>(candidates.size()) > founders) {
    founded_ = true;
    members_ = candidates;
    candidates.clear();
  }
  std::vector<std::string> up;
  std::ranges::copy_if(members_, std::back_inserter(up),
                       [&](const std::string& name) { return is_up(name); });
  if (2 * up.size() <= members_.size()) {
    leader_.clear();
    return;
  }
  if (!is_up(leader_))
    leader_ = up[static_cast<std::size_t>(chance.between(0, static_cast<int>(up.size()) - 1))];
  members_.insert(members_.end(), candidates.begin(), candidates.end());
}

bool MetaGroup::has(const std::string& name) const {
  return std::ranges::find(members_, name) != members_.end();
}

bool MetaGroup::is_up(const std::string& name) const {
  return std::ranges::any_of(servers_,
                             [&](const MetaServer& server) { return server.name == name && server.up; });
}

Jsz MetaGroup::view_of(const std::string& asked) const {
  Jsz view;
  view.enabled = true;
  view.leader = leader_;
  if (asked != leader_ || leader_.empty()) return view;
  view.cluster_size = static_cast<int>(members_.size());
  for (const std::string& name : members_) {
    if (name != leader_) view.replicas.push_back({name, is_up(name), !is_up(name)});
  }
  return view;
}

void MetaGroup::remove(const std::string& name) {
  std::erase(members_, name);
  if (name == leader_) leader_.clear();
}

}  // namespace morpheus::sim
