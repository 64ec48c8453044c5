#include "daemon/provider/hetzner/resource/placement_groups.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace morpheus::hetzner {

asio::awaitable<Result<std::int64_t>> PlacementGroups::take_room(std::string forest) {
  const auto turn = co_await choosing_.take(0);
  if (!groups_.contains(forest)) {
    auto known = co_await read(forest);
    if (!known) co_return known.error();
    for (const Group& each : *known) had_groups_[forest].insert(each.id);
    groups_[forest] = *std::move(known);
  }
  for (Group& group : groups_[forest]) {
    if (group.machines >= machines_a_group) continue;
    ++group.machines;
    co_return group.id;
  }
  const bool vanished = groups_[forest].empty() && had_groups_.contains(forest);
  const std::string name = free_name(forest);
  auto made = co_await create(forest, name);
  if (!made) {
    forget(forest);
    co_return made.error();
  }
  made->machines = 1;
  had_groups_[forest].insert(made->id);
  if (vanished) {
    repairs_.put_right(forest, fmt::format("its placement group did not exist any more: {} is made for new machines; those that exist stay outside, and may "
                                           "share a host, until each is off and put in (hcloud server add-to-placement-group)", name));
  }
  const auto known = groups_.find(forest);  // unless it was forgotten meanwhile: then it is read again, with this one
  if (known != groups_.end()) known->second.push_back(*made);
  co_return made->id;
}

asio::awaitable<Result<std::vector<PlacementGroups::Group>>> PlacementGroups::read(std::string forest) {
  const auto found = co_await api_.list("placement_groups", "label_selector=" + ownership_.select_forest(forest), read_placement_group);
  if (!found) co_return to_error(found.error());
  std::vector<Group> groups;
  for (const PlacementGroup& each : ownership_.own(*found, forest)) {
    Group group;
    group.id = each.id;
    group.name = each.name;
    group.machines = static_cast<int>(each.servers.size());
    groups.push_back(group);
  }
  co_return groups;
}

asio::awaitable<Result<PlacementGroups::Group>> PlacementGroups::create(std::string forest, std::string name) {
  nlohmann::json body;
  body["name"] = name;
  body["type"] = "spread";
  body["labels"] = ownership_.labels(forest);
  const auto made = co_await api_.post("/placement_groups", body, read_one_placement_group);
  if (!made) co_return to_error(made.error());
  Group group;
  group.id = made->id;
  group.name = name;
  co_return group;
}

std::string PlacementGroups::free_name(const std::string& forest) const {
  const auto& groups = groups_.at(forest);
  for (int number = 1;; ++number) {
    auto name = fmt::format("morpheus-{}-{}", forest, number);
    if (std::ranges::find(groups, name, &Group::name) == groups.end()) return name;
  }
}

asio::awaitable<Result<>> PlacementGroups::remove(std::string forest) {
  forget(forest);
  const auto had = had_groups_.find(forest);
  std::set<std::int64_t> unlisted = had == had_groups_.end() ? std::set<std::int64_t>() : had->second;
  const auto found = co_await api_.list("placement_groups", "label_selector=" + ownership_.select_forest(forest), read_placement_group, Urgency::deleting);
  if (!found) co_return to_error(found.error());
  for (const PlacementGroup& group : ownership_.own(*found, forest)) {
    unlisted.erase(group.id);
    const auto removed = co_await api_.remove(fmt::format("/placement_groups/{}", group.id));
    if (!removed && removed.error().fault != Fault::not_found) co_return to_error(removed.error());
  }
  for (const std::int64_t id : unlisted) {
    const auto removed = co_await remove_unlisted(forest, id);
    if (!removed) co_return removed.error();
  }
  had_groups_.erase(forest);
  co_return Result<>{};
}

asio::awaitable<Result<>> PlacementGroups::remove_unlisted(std::string forest, std::int64_t id) {
  const auto path = fmt::format("/placement_groups/{}", id);
  const auto group = co_await api_.get(path, read_one_placement_group, Urgency::deleting);
  if (!group && group.error().fault == Fault::not_found) co_return Result<>{};
  if (!group) co_return to_error(group.error());
  if (!ownership_.owns(group->labels, forest)) co_return Result<>{};
  const auto removed = co_await api_.remove(path);
  if (!removed && removed.error().fault != Fault::not_found) co_return to_error(removed.error());
  co_return Result<>{};
}

}  // namespace morpheus::hetzner
