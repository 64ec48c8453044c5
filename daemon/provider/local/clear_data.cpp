#include <fmt/format.h>

#include "daemon/provider/local/local_provider.hpp"
#include "daemon/provider/local/run_node.hpp"
#include "daemon/provider/local/server_access.hpp"

namespace morpheus {
namespace {

Result<bool> has_others_files(const std::vector<ServerFiles>& servers) {
  for (const ServerFiles& files : servers) {
    const auto found = has_others_files(files);
    if (!found || *found) return found;
  }
  return false;
}

// The removal reads the record, and the locks.
Result<> let_removal_in(const MachineDir& dir, gid_t group) {
  std::error_code error;
  const auto done = let_in(dir, dir.server(), group);
  return done && std::filesystem::exists(dir.witness().conf, error) ? let_in(dir, dir.witness(), group) : done;
}

}  // namespace

asio::awaitable<Result<>> LocalProvider::clear_others_data(MachineDir dir, std::vector<ServerFiles> ended) {
  const auto before = has_others_files(ended);
  if (!before) co_return before.error();
  if (!*before) co_return Result<>{};
  const auto group = starter_ ? starter_->group() : std::nullopt;
  if (!group) {
    Error missing{ErrorCode::refused, fmt::format("{} has files of another user, and local nodes have none", dir.path().string()),
                  "start morpheusd as the service that made them, or remove them as root"};
    co_return missing;
  }
  const auto open = let_removal_in(dir, *group);
  if (!open) co_return open.error();
  const auto done = co_await starter_->perform(removal_instance(dir.path().filename().string()));
  if (!done) co_return done.error();
  const auto after = has_others_files(ended);
  if (!after) co_return after.error();
  if (!*after) co_return Result<>{};
  Error left{ErrorCode::failed, fmt::format("{} still has files of another user", dir.path().string()), "see what they are, and remove them as root"};
  co_return left;
}

}  // namespace morpheus
