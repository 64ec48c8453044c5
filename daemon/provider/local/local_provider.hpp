#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "common/config/config.hpp"
#include "daemon/provider/local/address_pool.hpp"
#include "daemon/provider/local/machine_dir.hpp"
#include "daemon/provider/local/server_process.hpp"
#include "daemon/provider/provider.hpp"
#include "daemon/runtime/clock.hpp"

namespace morpheus {

// Machines that are directories under <state_dir>/local, each with a real nats-server process on a loopback address of its
// own. They need no account and no root, and outlive the daemon. Only the disk is waited for on the loop; processes are
// waited for through the clock.
class LocalProvider : public Provider {
 public:
  LocalProvider(Clock& clock, const std::filesystem::path& state_dir, std::string installation_id,
                const Config::Local& config);

  asio::awaitable<Result<std::string>> reserve_address(std::string forest, std::string name) override;
  asio::awaitable<Result<Machine>> create(MachineSpec spec) override;
  asio::awaitable<Result<std::optional<Machine>>> find(std::string name) override;
  asio::awaitable<Result<std::vector<Machine>>> list(std::string forest) override;
  asio::awaitable<Result<>> drain(std::string name) override;
  asio::awaitable<Result<>> destroy(std::string name) override;
  asio::awaitable<Result<bool>> retire_witness(std::string name) override;
  Capacity capacity() const override;
  std::optional<double> monthly_cost() const override { return std::nullopt; }
  StageLimits stage_limits() const override;

 private:
  ServerFiles server_files(const std::string& name) const;
  ServerFiles witness_files(const std::string& name) const;
  Result<> start(const MachineRecord& record);
  Machine machine_of(const MachineRecord& record) const;
  // Ends a process and waits until its lock is free.
  asio::awaitable<Result<>> end_process(ServerFiles files);

  Clock& clock_;
  std::string installation_id_;
  const Config::Local& config_;
  MachineDirs dirs_;
  AddressPool addresses_;
  std::vector<int> children_;  // started by this process, for their exits
};

}  // namespace morpheus
