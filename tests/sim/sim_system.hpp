#pragma once

#include <map>

#include "daemon/secrets/secrets_keeper.hpp"
#include "daemon/nats/system_requests.hpp"
#include "daemon/runtime/ids.hpp"
#include "tests/sim/world.hpp"

namespace morpheus::sim {

// System requests, answered by the leader of the meta group whom the asked servers follow.
class SimSystemRequests : public SystemRequests {
 public:
  SimSystemRequests(World& world, Clock& clock) : world_(world), clock_(clock) {}

  asio::awaitable<Result<>> remove_peer(SystemAccess access, std::string server_name) override;
  asio::awaitable<Result<Jsz>> leader_view(SystemAccess access) override;

 private:
  // The group of the first server that answers; null: none does, or it has no leader.
  MetaGroup* reach(const SystemAccess& access);

  World& world_;
  Clock& clock_;
};

// Ids that a seed repeats.
class SimIds : public Ids {
 public:
  explicit SimIds(std::uint64_t seed) : chance_(seed) {}
  std::string random_hex(int bytes) override;

 private:
  Chance chance_;
};

// Secrets on a disk that outlives the daemon.
class SimSecrets : public SecretsKeeper {
 public:
  explicit SimSecrets(Ids& ids) : ids_(ids) {}
  Result<> make(const std::string& forest) override;
  Result<ForestSecrets> get(const std::string& forest) override;
  Result<NodeIdentity> issue(const std::string& forest, const std::string& server_name, const std::string& address) override;
  Result<> remove(const std::string& forest) override;
  Result<WallTime> certificates_end(const std::string&) override { return WallTime::max(); }

 private:
  Ids& ids_;
  std::map<std::string, ForestSecrets> secrets_;
};

}  // namespace morpheus::sim
