#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "common/config/config.hpp"
#include "daemon/provider/local/address_pool.hpp"
#include "daemon/provider/local/inventory.hpp"
#include "daemon/provider/local/machine_dir.hpp"
#include "daemon/provider/local/server_process.hpp"
#include "daemon/provider/local/server_starter.hpp"
#include "daemon/provider/provider.hpp"
#include "daemon/runtime/clock.hpp"

namespace morpheus {

// Makes the directory that local nodes are in, below the daemon's state directory. failed: it cannot be made, or is not ours.
Result<> prepare_local(const std::filesystem::path& state_dir);

// Machines that are processes: each a nats-server on an address of its own in 127.0.0.0/8, with a directory
// <state_dir>/local/<name>/ that is there before its process and tells all about it. They outlive the daemon.
class LocalProvider : public Provider {
 public:
  static constexpr Millis version_limit{5'000};

  // Makes its directory and sweeps what a crash left there; throws std::runtime_error if it cannot. Servers that `starter` (null:
  // none) cannot start are children of this process.
  LocalProvider(Clock& clock, const std::filesystem::path& state_dir, std::string installation_id,
                Config::Local config, ServerStarter* starter = nullptr);
  LocalProvider(const LocalProvider&) = delete;
  LocalProvider& operator=(const LocalProvider&) = delete;

  // As the boot of a real machine would start it; not one that was drained.
  asio::awaitable<std::vector<std::string>> start_after_boot() override;

  asio::awaitable<Result<Offer>> offer() override;
  asio::awaitable<Result<std::string>> reserve_address(std::string forest, std::string name) override;
  asio::awaitable<Result<Machine>> create(MachineSpec spec) override;
  asio::awaitable<Result<std::optional<Machine>>> find(MachineRef machine) override;
  asio::awaitable<Result<std::vector<Machine>>> list(std::string forest) override;
  asio::awaitable<Result<Inventory>> inventory(Purpose purpose) override;
  asio::awaitable<Result<>> enclose(std::string forest, std::vector<Member> members) override;
  asio::awaitable<Result<>> clear(std::string forest) override;
  asio::awaitable<Result<>> drain(MachineRef machine) override;
  asio::awaitable<Result<>> destroy(MachineRef machine) override;
  asio::awaitable<Result<bool>> retire_witness(std::string name) override;
  asio::awaitable<Result<std::string>> image(MachineSpec spec, std::string type, Purpose purpose) override;
  // The program runs, and its version.
  asio::awaitable<std::vector<Finding>> diagnose() override;
  StageLimits stage_limits() const override;
  Outlook outlook() const override { return Outlook{}; }

 private:
  Capacity capacity() const;
  // Makes the machine's directory, or finds the one that the same intent made.
  Result<MachineRecord> make(const MachineSpec& spec);
  Result<MachineRecord> make_new(MachineSpec spec);
  // Starts what does not live of the machine's servers.
  asio::awaitable<Result<>> start(MachineRecord record);
  asio::awaitable<Result<>> start_server(std::string instance, MachineDir dir, ServerFiles files);
  asio::awaitable<bool> start_by_starter(std::string instance, MachineDir dir, ServerFiles files);
  Result<> start_child(const ServerFiles& files);
  asio::awaitable<void> start_again(MachineRecord record);
  std::vector<MachineRecord> down_since_boot();
  // Stores that the machine was started in this boot, and is not off.
  Result<> note_started(MachineRecord record) const;
  asio::awaitable<Result<>> end(std::string instance, ServerFiles files);
  // Removes from the data of servers that have ended what only another user can: nothing is left then that this process cannot remove.
  asio::awaitable<Result<>> clear_others_data(MachineDir dir, std::vector<ServerFiles> ended);
  // Stores that a boot does not start it. Where that cannot be stored, the machine is shut down all the same.
  void note_off(MachineRecord record) const;

  Clock& clock_;
  std::string controller_;
  Config::Local config_;
  MachineDirs machines_;
  AddressPool addresses_;
  LocalInventory inventory_;
  ServerProcesses processes_;
  ServerStarter* starter_;
  std::vector<std::string> not_started_;  // after a boot
};

}  // namespace morpheus
