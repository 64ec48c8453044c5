#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "common/config/config.hpp"
#include "daemon/provider/cloud/availability.hpp"
#include "daemon/provider/cloud/machine_choice.hpp"
#include "daemon/provider/hetzner/api/actions.hpp"
#include "daemon/provider/hetzner/catalog/catalog.hpp"
#include "daemon/provider/hetzner/catalog/notices.hpp"
#include "daemon/provider/hetzner/fence/api_access.hpp"
#include "daemon/provider/hetzner/resource/firewalls.hpp"
#include "daemon/provider/hetzner/resource/placement_groups.hpp"
#include "daemon/provider/hetzner/resource/primary_ips.hpp"
#include "daemon/provider/hetzner/resource/servers.hpp"
#include "daemon/provider/hetzner/resource/ssh_keys.hpp"
#include "daemon/provider/provider.hpp"
#include "daemon/provider/repairs.hpp"

namespace morpheus::hetzner {

// What of the configuration concerns the cloud.
struct Settings {
  Config::Hetzner hetzner;
  Config::Security security;
  Config::Integration integration;
  bool host_metrics = false;
};

// Machines of a Hetzner Cloud project. A machine's name is fixed by its intent and unique in the project, so that no answer
// that was lost makes a second one; what is ours is known by its labels.
class HetznerProvider : public Provider {
 public:
  static constexpr Millis action_limit{4 * 60'000};
  static constexpr Millis catalog_age{10 * 60'000};
  static constexpr Millis catalog_fault_age{30'000};  // until whoever only reads makes another try

  HetznerProvider(const asio::any_io_executor& executor, Clock& clock, ApiClient& client, std::string installation_id,
                  Settings settings, LeaseHolder& holder, Repairs& repairs);

  asio::awaitable<Result<Offer>> offer() override;  // in offer.cpp, with outlook() and image()
  asio::awaitable<Result<std::string>> reserve_address(std::string forest, std::string name) override;
  asio::awaitable<Result<Machine>> create(MachineSpec spec) override;
  asio::awaitable<Result<std::optional<Machine>>> find(MachineRef machine) override;
  asio::awaitable<Result<std::optional<Machine>>> look(MachineRef machine) override;
  asio::awaitable<Result<bool>> restore(MachineRef machine, std::string forest, std::string intent) override;
  asio::awaitable<Result<std::vector<Machine>>> list(std::string forest) override;
  asio::awaitable<Result<Inventory>> inventory(Purpose purpose) override;
  asio::awaitable<Result<>> enclose(std::string forest, std::vector<Member> members) override;
  asio::awaitable<Result<>> clear(std::string forest) override;
  asio::awaitable<Result<>> drain(MachineRef machine) override;
  asio::awaitable<Result<>> destroy(MachineRef machine) override;
  // The machine's own unit ends it once three cores are current.
  asio::awaitable<Result<bool>> retire_witness(std::string name) override;
  asio::awaitable<Result<std::string>> image(MachineSpec spec, std::string type, Purpose purpose) override;
  asio::awaitable<Result<>> confirm_lease() override { co_return co_await access_.fence().pass(Urgency::normal); }
  asio::awaitable<Result<std::int64_t>> highest_epoch() override { co_return co_await access_.fence().highest_epoch(); }
  Outlook outlook() const override;
  std::string waits_for() const override;
  std::optional<ApiUse> api_use() const override { return ApiUse{access_.budget().spent(), access_.budget().calls_left()}; }
  bool is_networked() const override { return true; }
  StageLimits stage_limits() const override;
  asio::awaitable<std::vector<Finding>> diagnose() override;  // in diagnosis.cpp

 private:
  // The catalog, read again when it is old. What failed is said; an old one is better than none. One try is under way for each purpose.
  asio::awaitable<Result<>> refresh_catalog(Purpose purpose);
  asio::awaitable<Result<>> read_catalog_again(Urgency urgency);
  // Of the catalog, which has been read: what to know of the configured types and locations.
  std::vector<Notice> notices() const;
  void log_skipped_entries();  // once each, until they change
  // The parts of diagnose(), in diagnosis.cpp.
  asio::awaitable<Result<>> check_read_access();
  asio::awaitable<Result<>> check_catalog();
  asio::awaitable<Result<>> check_keys();
  std::vector<std::string> downloads_of_its_types() const;
  asio::awaitable<std::vector<Finding>> diagnose_downloads();
  std::vector<Finding> diagnose_limits() const;
  // The machine if it is ours (find(), in machines_by_id.cpp): by its id, and where there is none of it, by its name.
  asio::awaitable<Result<std::optional<Server>>> find_own(MachineRef machine, Urgency urgency);
  asio::awaitable<Result<std::optional<Server>>> own_by_id(MachineRef machine, Urgency urgency);
  asio::awaitable<Result<std::optional<Machine>>> find_machine(MachineRef machine, Urgency urgency);
  // Deletes the machine, if there is one that is meant. Why a machine of that id or name stays: it is another controller's, or another
  // one; empty: none stays.
  asio::awaitable<Result<std::string>> remove_server(MachineRef machine);
  bool owns(const Server& server) const { return server.managed && server.controller == ownership_.controller(); }
  asio::awaitable<Result<Machine>> create_new(MachineSpec spec);
  // Of the server that has the spec's address: another name, or the look by name was too early.
  asio::awaitable<Result<Machine>> adopt_holder(MachineSpec spec, std::int64_t server_id);
  asio::awaitable<Result<Machine>> adopt(MachineSpec spec, Server server);
  Result<std::string> user_data(const MachineSpec& spec, const std::string& type) const;
  asio::awaitable<Result<nlohmann::json>> create_request(MachineSpec spec, MachinePair pair, std::int64_t address_id);
  // What the API refused is remembered where it matters for the next try.
  Error learn(const ApiError& error, const MachinePair& pair, const std::string& forest);
  // Of the catalog, which has been read.
  MachineChoice choice() const;
  Machine machine_of(const Server& server) const;
  Machine machine_of(const PrimaryIp& ip) const;
  // The command that makes somebody else's server this installation's.
  std::string claim_of(const Server& server) const;

  Clock& clock_;
  Settings settings_;
  Ownership ownership_;
  ApiAccess access_;
  Actions actions_;
  Servers servers_;
  PrimaryIps addresses_;
  Firewalls firewalls_;
  PlacementGroups groups_;
  SshKeys keys_;
  Availability availability_;
  std::optional<Catalog> catalog_;
  BootTime catalog_read_{};
  bool catalog_is_old_ = false;  // whatever its age
  std::set<std::string> logged_skipped_;
  Turns reading_catalog_;  // by purpose
  std::optional<Error> catalog_fault_;  // of the last try
  BootTime catalog_failed_{};
};

}  // namespace morpheus::hetzner
