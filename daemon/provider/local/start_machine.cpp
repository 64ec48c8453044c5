#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <boost/asio/this_coro.hpp>

#include "daemon/provider/local/local_provider.hpp"
#include "daemon/provider/local/run_node.hpp"
#include "daemon/provider/local/server_access.hpp"
#include "daemon/runtime/task_group.hpp"

namespace morpheus {

asio::awaitable<Result<>> LocalProvider::start(MachineRecord record) {
  const MachineDir dir = machines_.machine(record.name);
  if (record.witness) {
    const auto witness = co_await start_server(witness_instance(record.name), dir, dir.witness());
    if (!witness) co_return witness;
  }
  co_return co_await start_server(server_instance(record.name), dir, dir.server());
}

asio::awaitable<Result<>> LocalProvider::start_server(std::string instance, MachineDir dir, ServerFiles files) {
  const auto alive = ServerProcesses::alive(files.lock);
  if (!alive) co_return alive.error();
  if (*alive) co_return Result<>{};
  const bool started = co_await start_by_starter(instance, dir, files);
  co_return started ? Result<>{} : start_child(files);
}

asio::awaitable<bool> LocalProvider::start_by_starter(std::string instance, MachineDir dir, ServerFiles files) {
  if (!starter_) co_return false;
  const auto group = starter_->group();
  const auto open = group ? let_in(dir, files, *group) : Result<>{};
  if (!open) {
    spdlog::warn("{} is a process of the daemon: its directory cannot be opened to the local nodes' own user: {}", instance, describe(open.error()));
    co_return false;
  }
  co_return co_await starter_->start(instance, files);
}

// The lock comes first: a unit that is late finds it held, and its data is left as it is.
Result<> LocalProvider::start_child(const ServerFiles& files) {
  const auto lock = take_lock(files);
  if (!lock) return lock.error();
  if (!*lock) return {};
  const auto own = take_back(files);
  if (!own) return own;
  const ServerProgram program{config_.nats_server, config_.cores};
  return processes_.start(program, files, **lock);
}

asio::awaitable<std::vector<std::string>> LocalProvider::start_after_boot() {
  const auto executor = co_await asio::this_coro::executor;
  TaskGroup tasks(executor);
  for (const MachineRecord& record : down_since_boot()) tasks.spawn(record.name, start_again(record));
  co_await tasks.join();
  co_return not_started_;
}

std::vector<MachineRecord> LocalProvider::down_since_boot() {
  std::vector<MachineRecord> down;
  const auto names = machines_.names();
  if (!names) not_started_.push_back("no local machine is started again: " + describe(names.error()));
  if (!names || clock_.boot_id().empty()) return down;
  for (const auto& name : *names) {
    const auto record = inventory_.own_record(name);
    if (!record) not_started_.push_back(fmt::format("{} is not started again: {}", name, describe(record.error())));
    if (!record || !*record) continue;
    if (!(*record)->off && (*record)->boot != clock_.boot_id()) down.push_back(**record);
  }
  return down;
}

// The boot is stored last: what a crash leaves is started once more, which does nothing to a server that lives.
asio::awaitable<void> LocalProvider::start_again(MachineRecord record) {
  const auto started = co_await start(record);
  const auto noted = started ? note_started(record) : started;
  if (noted) {
    spdlog::info("{} is started again: this computer was booted", record.name);
  } else {
    not_started_.push_back(fmt::format("{} is not started again: {}", record.name, describe(noted.error())));
  }
}

Result<> LocalProvider::note_started(MachineRecord record) const {
  if (record.boot == clock_.boot_id() && !record.off) return {};
  record.boot = clock_.boot_id();
  record.off = false;
  return machines_.machine(record.name).write(record);
}

void LocalProvider::note_off(MachineRecord record) const {
  if (record.off) return;
  const auto written = machines_.machine(record.name).write_off(record);
  if (!written) spdlog::warn("{}: a boot of this computer would start it again: {}", record.name, describe(written.error()));
}

}  // namespace morpheus
