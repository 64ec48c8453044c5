#include "daemon/provider/local/local_provider.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <stdexcept>

#include "daemon/provider/local/program_check.hpp"
#include "daemon/provider/local/run_node.hpp"
#include "daemon/provider/local/server_watch.hpp"

namespace morpheus {
namespace {

constexpr std::int64_t mebibyte = std::int64_t{1} << 20;

std::filesystem::path root_in(const std::filesystem::path& state_dir) { return std::filesystem::absolute(state_dir) / "local"; }

// One spelling for one place.
std::filesystem::path prepare_root(const std::filesystem::path& state_dir) {
  const auto prepared = prepare_local(state_dir);
  if (!prepared) throw std::runtime_error(describe(prepared.error()));
  return std::filesystem::canonical(root_in(state_dir));
}

Error taken(const std::string& name) {
  return Error{ErrorCode::conflict, fmt::format("{} exists, and something else made it", name),
               "tear that down, or choose another name"};
}

}  // namespace

// Private: configuration files in it hold passwords. What lets servers of another user through stays (let_in()).
Result<> prepare_local(const std::filesystem::path& state_dir) {
  const auto root = root_in(state_dir);
  std::error_code error;
  std::filesystem::create_directories(root / ".addresses", error);
  const auto found = error ? std::filesystem::file_status() : std::filesystem::status(root, error);
  const auto passable = found.permissions() & std::filesystem::perms::group_exec;
  if (!error) std::filesystem::permissions(root, std::filesystem::perms::owner_all | passable, error);
  if (!error) return {};
  return Error{ErrorCode::failed, fmt::format("the local nodes' directory {}: {}", root.string(), error.message()),
               fmt::format("it has to be a directory of this daemon's own user: ls -ld {}", root.string())};
}

LocalProvider::LocalProvider(Clock& clock, const std::filesystem::path& state_dir,
                             std::string installation_id, Config::Local config, ServerStarter* starter)
    : clock_(clock),
      controller_(std::move(installation_id)),
      config_(std::move(config)),
      machines_(prepare_root(state_dir)),
      addresses_(prepare_root(state_dir) / ".addresses", controller_),
      inventory_(machines_, addresses_, controller_, capacity()),
      starter_(starter) {
  const auto swept = machines_.sweep();
  if (!swept) spdlog::warn("what is left of a local machine stays until the next start: {}", describe(swept.error()));
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
  const auto good = check_path_name(name);
  if (!good) co_return good.error();
  co_return addresses_.reserve(forest, name);
}

asio::awaitable<Result<Machine>> LocalProvider::create(MachineSpec spec) {
  processes_.reap();
  const auto good = check_path_name(spec.name);
  if (!good) co_return good.error();
  const auto record = make(spec);
  if (!record) co_return record.error();
  const auto started = co_await start(*record);
  if (!started) co_return started.error();
  const auto noted = note_started(*record);
  if (!noted) co_return noted.error();
  const MachineDir dir = machines_.machine(spec.name);
  const auto up = co_await stays_up(clock_, processes_, dir.server());
  if (!up) co_return up.error();
  co_return inventory_.describe(*record);
}

asio::awaitable<Result<std::optional<Machine>>> LocalProvider::find(MachineRef machine) {
  const std::string name = machine.name();
  processes_.reap();
  const auto good = check_path_name(name);
  if (!good) co_return good.error();
  co_return inventory_.find(name);
}

asio::awaitable<Result<std::vector<Machine>>> LocalProvider::list(std::string forest) {
  processes_.reap();
  co_return inventory_.list(forest);
}

asio::awaitable<Result<Inventory>> LocalProvider::inventory(Purpose) { co_return inventory_.all(); }

asio::awaitable<std::vector<Finding>> LocalProvider::diagnose() {
  std::vector<Finding> findings;
  const auto version = co_await version_of(clock_, config_.nats_server, version_limit);
  if (version) {
    findings.push_back({"nats-server", FindingLevel::ok, fmt::format("{}: {}", config_.nats_server, *version), ""});
  } else {
    findings.push_back({"nats-server", FindingLevel::failed, version.error().message,
                        "apt install nats-server, or name another program in local.nats_server"});
  }
  for (const std::string& what : not_started_) {
    findings.push_back({"boot", FindingLevel::warning, what, "put right what it says; systemctl restart morpheusd tries it again"});
  }
  co_return findings;
}

// Loopback needs no firewall: only this machine's users reach it.
asio::awaitable<Result<>> LocalProvider::enclose(std::string, std::vector<Member>) { co_return Result<>{}; }

asio::awaitable<Result<>> LocalProvider::clear(std::string) { co_return Result<>{}; }

asio::awaitable<Result<>> LocalProvider::drain(MachineRef machine) {
  const std::string name = machine.name();
  processes_.reap();
  const auto good = check_path_name(name);
  if (!good) co_return good.error();
  const auto record = inventory_.own_record(name);
  if (!record) co_return record.error();
  if (!*record) co_return Result<>{};
  note_off(**record);
  const MachineDir dir = machines_.machine(name);
  const auto drained = co_await signal_server(starter_, server_instance(name), dir.server().lock, SIGUSR2);
  const auto witness_drained = co_await signal_server(starter_, witness_instance(name), dir.witness().lock, SIGUSR2);
  co_return drained ? witness_drained : drained;
}

asio::awaitable<Result<>> LocalProvider::destroy(MachineRef machine) {
  const std::string name = machine.name();
  const auto good = check_path_name(name);
  if (!good) co_return good.error();
  const auto record = inventory_.own_record(name);
  if (!record) co_return record.error();
  if (*record) {
    note_off(**record);
    const MachineDir dir = machines_.machine(name);
    const auto server_ended = co_await end(server_instance(name), dir.server());
    if (!server_ended) co_return server_ended.error();
    const auto witness_ended = co_await end(witness_instance(name), dir.witness());
    if (!witness_ended) co_return witness_ended.error();
    const std::vector both{dir.server(), dir.witness()};
    const auto cleared = co_await clear_others_data(dir, both);
    if (!cleared) co_return cleared.error();
    const auto removed = machines_.remove(name);
    if (!removed) co_return removed.error();
  }
  // The address last: nobody gets it before its server has ended.
  co_return addresses_.release(name);
}

asio::awaitable<Result<bool>> LocalProvider::retire_witness(std::string name) {
  const auto good = check_path_name(name);
  if (!good) co_return good.error();
  const auto found = inventory_.own_record(name);
  if (!found) co_return found.error();
  if (!*found) co_return true;
  const MachineDir dir = machines_.machine(name);
  MachineRecord record = **found;
  record.witness = false;  // before it is ended: nobody starts it again from here on
  const auto written = dir.write(record);
  if (!written) co_return written.error();
  const auto ended = co_await end(witness_instance(name), dir.witness());
  if (!ended) co_return ended.error();
  const std::vector one{dir.witness()};
  const auto cleared = co_await clear_others_data(dir, one);
  if (!cleared) co_return cleared.error();
  const auto removed = dir.remove_witness();
  if (!removed) co_return removed.error();
  co_return true;
}

// A server that let go of its lock would outlive its machine: what its unit has is killed too. Usually there is no such unit any more.
asio::awaitable<Result<>> LocalProvider::end(std::string instance, ServerFiles files) {
  const auto ended = co_await end_server(clock_, processes_, starter_, instance, files.lock);
  if (!ended || !starter_) co_return ended;
  const auto killed = co_await starter_->signal(instance, SIGKILL);
  if (!killed) spdlog::debug("{}", killed.error().message);
  co_return ended;
}

Capacity LocalProvider::capacity() const {
  return Capacity{static_cast<double>(config_.cores), config_.memory_mb * mebibyte};
}

// Processes are quick; what takes time is the cluster.
asio::awaitable<Result<std::string>> LocalProvider::image(MachineSpec spec, std::string, Purpose) {
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

}  // namespace morpheus
