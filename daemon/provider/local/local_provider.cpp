#include "daemon/provider/local/local_provider.hpp"

#include <fmt/format.h>

#include <csignal>

namespace morpheus {
namespace {

constexpr Millis end_limit{10'000};
constexpr Millis end_pause{20};

Result<> check_name(const std::string& name) {
  if (!name.empty() && name.find('/') == std::string::npos && name.front() != '.') return {};
  return Error{ErrorCode::invalid, fmt::format("\"{}\" cannot be a machine's name", name), ""};
}

}  // namespace

LocalProvider::LocalProvider(Clock& clock, const std::filesystem::path& state_dir, std::string installation_id,
                             const Config::Local& config)
    : clock_(clock),
      installation_id_(std::move(installation_id)),
      config_(config),
      dirs_(state_dir / "local"),
      addresses_(state_dir / "local" / ".addresses", installation_id_) {}

asio::awaitable<Result<std::string>> LocalProvider::reserve_address(std::string, std::string name) {
  co_return addresses_.reserve(name);
}

asio::awaitable<Result<Machine>> LocalProvider::create(MachineSpec spec) {
  const auto named = check_name(spec.name);
  if (!named) co_return named.error();
  const auto found = dirs_.read(spec.name);
  if (!found) co_return found.error();
  if (*found && (*found)->intent != spec.intent) {
    Error error{ErrorCode::conflict, fmt::format("a machine {} is there already, made for something else", spec.name),
                "look at it under daemon.state_dir/local and remove it by hand"};
    co_return error;
  }
  MachineRecord record{spec.name, spec.forest, spec.intent, installation_id_, spec.address, spec.image.witness};
  if (*found) {
    record = **found;
  } else {
    const auto made = dirs_.create(record, spec.image);
    if (!made) co_return made.error();
  }
  const auto started = start(record);
  if (!started) co_return started.error();
  co_return machine_of(record);
}

asio::awaitable<Result<std::optional<Machine>>> LocalProvider::find(std::string name) {
  reap_servers(children_);
  const auto record = dirs_.read(name);
  if (!record) co_return record.error();
  std::optional<Machine> machine;
  if (*record) machine = machine_of(**record);
  co_return machine;
}

asio::awaitable<Result<std::vector<Machine>>> LocalProvider::list(std::string forest) {
  const auto records = dirs_.read_all();
  if (!records) co_return records.error();
  std::vector<Machine> machines;
  auto reserved = addresses_.reservations();
  for (const MachineRecord& record : *records) {
    reserved.erase(record.name);
    if (record.forest == forest) machines.push_back(machine_of(record));
  }
  // An address without a machine yet; names begin with their forest's.
  for (const auto& [name, address] : reserved) {
    if (!name.starts_with(forest + "-node-")) continue;
    Machine machine;
    machine.name = name;
    machine.forest = forest;
    machine.address = address;
    machines.push_back(std::move(machine));
  }
  co_return machines;
}

asio::awaitable<Result<>> LocalProvider::drain(std::string name) {
  signal_server(server_files(name), SIGUSR2);
  co_return Result<>{};
}

asio::awaitable<Result<>> LocalProvider::destroy(std::string name) {
  const auto named = check_name(name);
  if (!named) co_return named;
  const auto server = co_await end_process(server_files(name));
  if (!server) co_return server;
  const auto witness = co_await end_process(witness_files(name));
  if (!witness) co_return witness;
  const auto removed = dirs_.remove(name);
  if (!removed) co_return removed;
  co_return addresses_.release(name);
}

asio::awaitable<Result<bool>> LocalProvider::retire_witness(std::string name) {
  const auto found = dirs_.read(name);
  if (!found) co_return found.error();
  if (*found && (*found)->witness) {
    MachineRecord record = **found;
    record.witness = false;
    const auto noted = dirs_.update(record);
    if (!noted) co_return noted.error();
  }
  const auto ended = co_await end_process(witness_files(name));
  if (!ended) co_return ended.error();
  co_return Result<bool>{true};
}

Capacity LocalProvider::capacity() const {
  Capacity capacity;
  capacity.cores = config_.cores;
  capacity.memory_bytes = std::int64_t{config_.memory_mb} << 20;
  return capacity;
}

StageLimits LocalProvider::stage_limits() const {
  StageLimits limits;
  limits.create = std::chrono::seconds{30};
  limits.boot = std::chrono::seconds{30};
  limits.join = std::chrono::seconds{90};
  limits.drain = std::chrono::seconds{40};
  return limits;
}

ServerFiles LocalProvider::server_files(const std::string& name) const {
  const auto dir = dirs_.path_of(name);
  return {dir / "nats.conf", dir / "lock", dir / "nats.log"};
}

ServerFiles LocalProvider::witness_files(const std::string& name) const {
  const auto dir = dirs_.path_of(name);
  return {dir / "witness.conf", dir / "witness.lock", dir / "witness.log"};
}

Result<> LocalProvider::start(const MachineRecord& record) {
  reap_servers(children_);
  const auto server = start_server(config_.nats_server, server_files(record.name), config_.cores);
  if (!server) return server.error();
  if (*server != 0) children_.push_back(*server);
  if (!record.witness) return {};
  const auto witness = start_server(config_.nats_server, witness_files(record.name), config_.cores);
  if (!witness) return witness.error();
  if (*witness != 0) children_.push_back(*witness);
  return {};
}

Machine LocalProvider::machine_of(const MachineRecord& record) const {
  Machine machine;
  machine.name = record.name;
  machine.id = "local/" + record.name;
  machine.forest = record.forest;
  machine.intent = record.intent;
  machine.address = record.address;
  machine.capacity = capacity();
  machine.running = is_alive(server_files(record.name));
  return machine;
}

asio::awaitable<Result<>> LocalProvider::end_process(ServerFiles files) {
  const BootTime deadline = clock_.boot() + end_limit;
  while (is_alive(files)) {
    signal_server(files, SIGKILL);
    reap_servers(children_);
    if (clock_.boot() >= deadline) {
      Error error{ErrorCode::unavailable, fmt::format("the process of {} does not end", files.conf.string()), ""};
      co_return error;
    }
    co_await clock_.sleep_for(end_pause);
  }
  reap_servers(children_);
  co_return Result<>{};
}

}  // namespace morpheus
