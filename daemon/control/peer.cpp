#include "daemon/control/peer.hpp"

#include <fmt/format.h>
#include <grp.h>
#include <pwd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace morpheus {
namespace {

constexpr std::size_t name_buffer = 16 * 1024;
constexpr std::size_t most_groups = 65'536;  // NGROUPS_MAX

std::string user_name(uid_t uid) {
  std::array<char, name_buffer> buffer{};
  passwd entry{};
  passwd* found = nullptr;
  ::getpwuid_r(uid, &entry, buffer.data(), buffer.size(), &found);
  return found ? found->pw_name : fmt::format("uid {}", uid);
}

std::string group_name(gid_t gid) {
  std::array<char, name_buffer> buffer{};
  group entry{};
  group* found = nullptr;
  ::getgrgid_r(gid, &entry, buffer.data(), buffer.size(), &found);
  return found ? found->gr_name : std::string();
}

// Peer credentials carry no supplementary groups; these do.
std::vector<gid_t> supplementary_groups(int socket) {
  std::vector<gid_t> groups(64);
  auto size = static_cast<socklen_t>(groups.size() * sizeof(gid_t));
  int result = ::getsockopt(socket, SOL_SOCKET, SO_PEERGROUPS, groups.data(), &size);
  if (result != 0 && errno == ERANGE && size / sizeof(gid_t) <= most_groups) {
    groups.resize(size / sizeof(gid_t));
    result = ::getsockopt(socket, SOL_SOCKET, SO_PEERGROUPS, groups.data(), &size);
  }
  groups.resize(result == 0 ? size / sizeof(gid_t) : 0);
  return groups;
}

}  // namespace

Permission permission_of(uid_t uid, uid_t own_uid, const std::vector<std::string>& groups) {
  const auto is_member = [&](const char* name) { return std::ranges::find(groups, name) != groups.end(); };
  if (uid == 0 || uid == own_uid || is_member("morpheus")) return Permission::act;
  return is_member("morpheus-view") ? Permission::read : Permission::none;
}

Result<Peer> identify_peer(int socket) {
  ucred credentials{};
  socklen_t size = sizeof credentials;
  if (::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0) {
    return Error{ErrorCode::denied, fmt::format("the caller cannot be identified: {}", std::strerror(errno)), ""};
  }
  auto groups = supplementary_groups(socket);
  groups.push_back(credentials.gid);
  std::vector<std::string> names;
  for (const gid_t gid : groups) names.push_back(group_name(gid));
  Peer peer;
  peer.caller = Caller{static_cast<std::int64_t>(credentials.uid), credentials.pid, user_name(credentials.uid)};
  peer.permission = permission_of(credentials.uid, ::geteuid(), names);
  return peer;
}

}  // namespace morpheus
