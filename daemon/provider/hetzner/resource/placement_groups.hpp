#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "daemon/provider/hetzner/fence/fenced_api.hpp"
#include "daemon/provider/hetzner/resource/labels.hpp"
#include "daemon/provider/hetzner/resource/placement_group.hpp"
#include "daemon/provider/repairs.hpp"
#include "daemon/runtime/turns.hpp"

namespace morpheus::hetzner {

// Spread groups: the machines of one run on different hosts. Ten machines a group, so a forest has as many as it needs.
class PlacementGroups {
 public:
  static constexpr int machines_a_group = 10;

  PlacementGroups(const asio::any_io_executor& executor, FencedApi& api, const Ownership& ownership, Repairs& repairs)
      : api_(api), ownership_(ownership), repairs_(repairs), choosing_(executor) {}

  // A group with room for one more machine of the forest, made if there is none; the room is taken then.
  asio::awaitable<Result<std::int64_t>> take_room(std::string forest);

  // What is remembered of the forest's groups is not so (any more): they are read again.
  void forget(const std::string& forest) { groups_.erase(forest); }

  // Deletes them.
  asio::awaitable<Result<>> remove(std::string forest);

 private:
  struct Group {
    std::int64_t id = 0;
    std::string name;
    int machines = 0;
  };

  asio::awaitable<Result<std::vector<Group>>> read(std::string forest);
  asio::awaitable<Result<Group>> create(std::string forest, std::string name);
  // Deletes one that no list has (yet), if it is there and still the forest's.
  asio::awaitable<Result<>> remove_unlisted(std::string forest, std::int64_t id);
  // The first of the forest's names that no group has.
  std::string free_name(const std::string& forest) const;

  FencedApi& api_;
  const Ownership& ownership_;
  Repairs& repairs_;
  std::map<std::string, std::vector<Group>> groups_;          // by forest
  std::map<std::string, std::set<std::int64_t>> had_groups_;  // by forest, until they are deleted: lists lag
  Turns choosing_;
};

}  // namespace morpheus::hetzner
