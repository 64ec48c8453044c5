#include "daemon/provider/local/local_provider.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fstream>
#include <stdexcept>

#include "daemon/provider/local/files.hpp"
#include "daemon/provider/local/program_check.hpp"

namespace morpheus {
namespace {

constexpr std::int64_t mebibyte = std::int64_t{1} << 20;

// One spelling for one place, and private: configuration files in it hold passwords.
std::filesystem::path prepare_root(const std::filesystem::path& state_dir) {
  const auto root = std::filesystem::absolute(state_dir) / "local";
  std::filesystem::create_directories(root / ".addresses");
  std::filesystem::permissions(root, std::filesystem::perms::owner_all);
  return std::filesystem::canonical(root);
}

std::string last_line(const std::filesystem::path& log) {
  std::ifstream in(log);
  std::string line, last;
  while (std::getline(in, line)) {
    if (!line.empty()) last = line;
  }
  return last;
}

// An address alone.
Machine to_machine(const Reservation& reservation) {
  Machine machine;
  machine.name = reservation.machine;
  machine.forest = reservation.forest;
  machine.address = reservation.address;
  return machine;
}

Error taken(const std::string& name) {
  return Error{ErrorCode::conflict, fmt::format("{} exists, and something else made it", name),
               "tear that down, or choose another name"};
}

}  // namespace

LocalProvider::LocalProvider(Clock& clock, const std::filesystem::path& state_dir,
                             std::string installation_id, Config::Local config, ServerStarter* starter)
    : clock_(clock),
      controller_(std::move(installation_id)),
      config_(std::move(config)),
      machines_(prepare_root(state_dir)),
      addresses_(prepare_root(state_dir) / ".addresses", controller_),
      starter_(starter) {
  const auto swept = machines_.sweep();
  if (!swept) throw std::runtime_error(describe(swept.error()));
}

asio::awaitable<Result<Offer>> LocalProvider::offer() {
  if (::access(config_.nats_server.c_str(), X_OK) != 0) {
    Error error{ErrorCode::invalid, fmt::format("local.nats_server {}: {}", config_.nats_server, std::strerror(errno)),
                "apt install nats-server, or name another program"};
    co_return error;
  }
  Offer offer;
  offer.capacity = capacity();
  co_return offer;
}

asio::awaitable<Result<std::string>> LocalProvider::reserve_address(std::string forest, std::string name) {
  const auto good = check_machine_name(name);
  if (!good) co_return good.error();
  co_return addresses_.reserve(forest, name);
}

asio::awaitable<Result<Machine>> LocalProvider::create(MachineSpec spec) {
  processes_.reap();
  const auto good = check_machine_name(spec.name);
  if (!good) co_return good.error();
  const auto record = make(spec);
  if (!record) co_return record.error();
  const auto started = co_await start(*record);
  if (!started) co_return started.error();
  const auto noted = note_started(*record);
  if (!noted) co_return noted.error();
  const MachineDir dir = machines_.machine(spec.name);
  const auto up = co_await stays_up(dir.server());
  if (!up) co_return up.error();
  co_return describe_machine(*record);
}

asio::awaitable<Result<std::optional<Machine>>> LocalProvider::find(std::string name) {
  processes_.reap();
  const auto good = check_machine_name(name);
  if (!good) co_return good.error();
  const auto record = own_record(name);
  if (!record) co_return record.error();
  if (!*record) co_return std::optional<Machine>();
  auto machine = describe_machine(**record);
  if (!machine) co_return machine.error();
  co_return std::optional<Machine>(*std::move(machine));
}

asio::awaitable<Result<std::vector<Machine>>> LocalProvider::list(std::string forest) {
  processes_.reap();
  const auto names = machines_.names();
  if (!names) co_return names.error();
  std::vector<Machine> found;
  for (const auto& name : *names) {
    const auto record = own_record(name);
    if (!record) co_return record.error();
    if (!*record || (*record)->forest != forest) continue;
    auto machine = describe_machine(**record);
    if (!machine) co_return machine.error();
    found.push_back(*std::move(machine));
  }
  const auto reservations = addresses_.reservations();
  if (!reservations) co_return reservations.error();
  for (const Reservation& each : *reservations) {
    const bool listed =
        std::ranges::any_of(found, [&](const Machine& one) { return one.name == each.machine; });
    if (listed || each.forest != forest) continue;
    found.push_back(to_machine(each));
  }
  co_return found;
}

asio::awaitable<Result<Inventory>> LocalProvider::inventory() {
  const auto names = machines_.names();
  if (!names) co_return names.error();
  Inventory inventory;
  for (const auto& name : *names) {
    const auto record = machines_.machine(name).read();
    if (!record) co_return record.error();
    if (!*record) continue;
    if ((*record)->controller != controller_) {
      inventory.others.push_back({name, (*record)->controller, ""});
      continue;
    }
    auto machine = describe_machine(**record);
    if (!machine) co_return machine.error();
    inventory.own.push_back(*std::move(machine));
  }
  const auto reservations = addresses_.reservations();
  if (!reservations) co_return reservations.error();
  for (const Reservation& each : *reservations) {
    if (std::ranges::find(*names, each.machine) == names->end()) inventory.own.push_back(to_machine(each));
  }
  co_return inventory;
}

asio::awaitable<std::vector<Finding>> LocalProvider::diagnose() {
  std::vector<Finding> findings;
  const auto version = co_await version_of(clock_, config_.nats_server, version_limit);
  if (version) {
    findings.push_back({"nats-server", FindingLevel::ok, fmt::format("{}: {}", config_.nats_server, *version), ""});
  } else {
    findings.push_back({"nats-server", FindingLevel::failed, version.error().message,
                        "apt install nats-server, or name another program in local.nats_server"});
  }
  co_return findings;
}

// Loopback needs no firewall: only this machine's users reach it.
asio::awaitable<Result<>> LocalProvider::enclose(std::string, std::vector<std::string>) { co_return Result<>{}; }

asio::awaitable<Result<>> LocalProvider::clear(std::string) { co_return Result<>{}; }

asio::awaitable<Result<>> LocalProvider::drain(std::string name) {
  processes_.reap();
  const auto good = check_machine_name(name);
  if (!good) co_return good.error();
  const auto record = own_record(name);
  if (!record) co_return record.error();
  if (!*record) co_return Result<>{};
  note_off(**record);
  const MachineDir dir = machines_.machine(name);
  ServerProcesses::signal(dir.server().lock, SIGUSR2);
  ServerProcesses::signal(dir.witness().lock, SIGUSR2);
  co_return Result<>{};
}

asio::awaitable<Result<>> LocalProvider::destroy(std::string name) {
  const auto good = check_machine_name(name);
  if (!good) co_return good.error();
  const auto record = own_record(name);
  if (!record) co_return record.error();
  if (*record) {
    note_off(**record);
    const MachineDir dir = machines_.machine(name);
    const auto server_ended = co_await end_server(dir.server().lock);
    if (!server_ended) co_return server_ended.error();
    const auto witness_ended = co_await end_server(dir.witness().lock);
    if (!witness_ended) co_return witness_ended.error();
    const auto removed = machines_.remove(name);
    if (!removed) co_return removed.error();
  }
  // The address last: nobody gets it before its server has ended.
  co_return addresses_.release(name);
}

asio::awaitable<Result<bool>> LocalProvider::retire_witness(std::string name) {
  const auto good = check_machine_name(name);
  if (!good) co_return good.error();
  const auto found = own_record(name);
  if (!found) co_return found.error();
  if (!*found) co_return true;
  const MachineDir dir = machines_.machine(name);
  MachineRecord record = **found;
  record.witness = false;  // before it is ended: nobody starts it again from here on
  const auto written = dir.write(record);
  if (!written) co_return written.error();
  const auto ended = co_await end_server(dir.witness().lock);
  if (!ended) co_return ended.error();
  const auto removed = dir.remove_witness();
  if (!removed) co_return removed.error();
  co_return true;
}

Capacity LocalProvider::capacity() const {
  return Capacity{static_cast<double>(config_.cores), config_.memory_mb * mebibyte};
}

// Processes are quick; what takes time is the cluster.
asio::awaitable<Result<std::string>> LocalProvider::image(MachineSpec spec, std::string) {
  co_return machines_.configurations(spec.name, spec.image);
}

StageLimits LocalProvider::stage_limits() const {
  StageLimits limits;
  limits.create = std::chrono::seconds(30);
  limits.boot = std::chrono::seconds(60);
  limits.join = std::chrono::seconds(180);
  limits.drain = std::chrono::seconds(60);
  return limits;
}

Result<std::optional<MachineRecord>> LocalProvider::own_record(const std::string& name) const {
  auto record = machines_.machine(name).read();
  if (record && *record && (*record)->controller != controller_) return std::optional<MachineRecord>();
  return record;
}

Result<MachineRecord> LocalProvider::make(const MachineSpec& spec) {
  const auto there = machines_.machine(spec.name).read();
  if (!there) return there.error();
  if (!*there) return make_new(spec);
  const MachineRecord& record = **there;
  if (record.intent != spec.intent || record.controller != controller_) return taken(spec.name);
  return record;
}

Result<MachineRecord> LocalProvider::make_new(MachineSpec spec) {
  if (spec.address.empty()) {
    const auto address = addresses_.reserve(spec.forest, spec.name);
    if (!address) return address.error();
    spec.address = *address;
  }
  spec.image.address = spec.address;
  const MachineRecord record{spec.name,         spec.forest,  spec.intent,
                             controller_,       spec.address, to_rfc3339(clock_.wall()),
                             spec.image.witness, clock_.boot_id()};
  const auto created = machines_.create(record, spec.image);
  if (!created) return created.error();
  return record;
}

Result<Machine> LocalProvider::describe_machine(const MachineRecord& record) const {
  const auto running = ServerProcesses::alive(machines_.machine(record.name).server().lock);
  if (!running) return running.error();
  Machine machine;
  machine.name = record.name;
  machine.id = "local/" + record.name;
  machine.forest = record.forest;
  machine.intent = record.intent;
  machine.address = record.address;
  machine.capacity = capacity();
  machine.running = *running;
  return machine;
}

asio::awaitable<Result<>> LocalProvider::stays_up(ServerFiles files) {
  const BootTime deadline = clock_.boot() + start_limit;
  for (;;) {
    processes_.reap();
    const auto alive = ServerProcesses::alive(files.lock);
    if (!alive) co_return alive.error();
    if (!*alive) {
      Error error{ErrorCode::failed, fmt::format("its nats-server ended at once: {}", last_line(files.log)),
                  fmt::format("see {}; is local.nats_server a nats-server?", files.log.string())};
      co_return error;
    }
    if (clock_.boot() >= deadline) co_return Result<>{};
    co_await clock_.sleep_for(look_interval);
  }
}

asio::awaitable<Result<>> LocalProvider::end_server(std::filesystem::path lock) {
  const BootTime deadline = clock_.boot() + end_limit;
  for (;;) {
    processes_.reap();
    const auto alive = ServerProcesses::alive(lock);
    if (!alive) co_return alive.error();
    if (!*alive) co_return Result<>{};
    if (clock_.boot() >= deadline) {
      Error error{ErrorCode::unavailable, fmt::format("whoever holds {} does not end", lock.string()),
                  "see who it is (fuser) and end it"};
      co_return error;
    }
    ServerProcesses::signal(lock, SIGKILL);
    co_await clock_.sleep_for(look_interval);
  }
}

}  // namespace morpheus
