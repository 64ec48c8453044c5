#include "daemon/provider/local/run_node.hpp"

#include <fmt/format.h>

#include "daemon/provider/local/files.hpp"
#include "daemon/provider/local/machine_dir.hpp"

namespace morpheus {
namespace {

Result<> empty_data(const ServerFiles& files) {
  std::error_code error;
  if (!std::filesystem::exists(files.data, error)) return {};
  const auto alive = ServerProcesses::alive(files.lock);
  if (!alive) return alive.error();
  if (*alive) return Error{ErrorCode::refused, fmt::format("the server of {} runs: its data stays", files.conf.string()), ""};
  for (std::filesystem::directory_iterator at(files.data, error), end; !error && at != end; at.increment(error)) {
    std::filesystem::remove_all(at->path(), error);
    if (error) break;
  }
  if (error) return file_error(files.data, error.value());
  return {};
}

Result<> remove_data(const MachineDir& dir, const MachineRecord& record) {
  if (!record.off && record.witness) {
    return Error{ErrorCode::refused, fmt::format("local node \"{}\" and its witness are not off: their data stays", record.name), ""};
  }
  const auto emptied = empty_data(dir.witness());
  return emptied && record.off ? empty_data(dir.server()) : emptied;
}

}  // namespace

Result<> run_node(const std::filesystem::path& state_dir, const Config::Local& config, const std::string& instance) {
  const auto name = instance.substr(0, instance.find(':'));
  const auto good = check_path_name(name);
  if (!good) return good;
  std::error_code error;
  const auto root = std::filesystem::canonical(state_dir / "local", error);
  const MachineDir dir = MachineDirs(root).machine(name);
  const auto record = dir.read();
  if (!record) return record.error();
  if (*record && instance == removal_instance(name)) return remove_data(dir, **record);
  const bool witness = instance == witness_instance(name);
  const bool known = *record && (instance == server_instance(name) || (witness && (*record)->witness));
  if (!known) {
    return Error{ErrorCode::not_found, fmt::format("there is no local node \"{}\" in {}", instance, state_dir.string()),
                 "morpheusctl status shows them; the daemon starts them itself"};
  }
  if ((*record)->off) {
    return Error{ErrorCode::refused, fmt::format("local node \"{}\" was drained, and stays off", instance), "morpheusctl status shows it"};
  }
  return become_server(ServerProgram{config.nats_server, config.cores}, witness ? dir.witness() : dir.server());
}

}  // namespace morpheus
