#include "tests/sim/sim_system.hpp"

#include <fmt/format.h>

namespace morpheus::sim {

MetaGroup* SimSystemRequests::reach(const SystemAccess& access) {
  if (world_.chance().happens(world_.faults.error_before)) {
    world_.count("system request lost");
    return nullptr;
  }
  for (const std::string& address : access.addresses) {
    const SimMachine* machine = world_.machine_at(address);
    if (!machine || !world_.is_up(*machine) || machine->never_joins) continue;
    if (machine->cut_from_daemon || machine->cut_from_peers) continue;
    MetaGroup& group = world_.meta_group(machine->forest);
    return group.leader().empty() ? nullptr : &group;
  }
  return nullptr;
}

asio::awaitable<Result<>> SimSystemRequests::remove_peer(SystemAccess access, std::string server_name) {
  co_await clock_.sleep_for(Millis{world_.chance().between(2, 50)});
  MetaGroup* group = reach(access);
  if (!group) {
    Error error{ErrorCode::unavailable, "no leader of the meta group answered", ""};
    co_return error;
  }
  if (group->has(server_name)) {
    group->remove(server_name);
    world_.note(fmt::format("world: {} leaves the meta group", server_name));
    world_.count("peer removed");
  }
  if (world_.chance().happens(world_.faults.lost_answer)) {
    Error error{ErrorCode::ambiguous, "no answer in time", ""};
    co_return error;
  }
  co_return Result<>{};
}

asio::awaitable<Result<Jsz>> SimSystemRequests::leader_view(SystemAccess access) {
  co_await clock_.sleep_for(Millis{world_.chance().between(2, 50)});
  MetaGroup* group = reach(access);
  if (!group) {
    Error error{ErrorCode::unavailable, "no leader of the meta group answered", ""};
    co_return error;
  }
  co_return group->view_of(group->leader());
}

std::string SimIds::random_hex(int bytes) {
  std::string text;
  for (int i = 0; i < bytes; ++i) text += fmt::format("{:02x}", chance_.bits() & 0xff);
  return text;
}

Result<> SimSecrets::make(const std::string& forest) {
  constexpr int bytes = 8;
  const auto [entry, fresh] = secrets_.try_emplace(forest);
  if (fresh) entry->second = {ids_.random_hex(bytes), ids_.random_hex(bytes), ids_.random_hex(bytes), ""};
  return {};
}

Result<ForestSecrets> SimSecrets::get(const std::string& forest) {
  const auto found = secrets_.find(forest);
  if (found != secrets_.end()) return found->second;
  return Error{ErrorCode::failed, "the secrets of " + forest + " are lost", ""};
}

Result<NodeIdentity> SimSecrets::issue(const std::string& forest, const std::string& server_name, const std::string&) {
  const auto kept = get(forest);
  if (!kept) return kept.error();
  return NodeIdentity{"authority of " + forest, "certificate of " + server_name, "key of " + server_name};
}

Result<> SimSecrets::remove(const std::string& forest) {
  secrets_.erase(forest);
  return {};
}

}  // namespace morpheus::sim
