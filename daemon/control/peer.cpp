#include "daemon/control/peer.hpp"

#include <fmt/format.h>
#include <grp.h>
#include <pwd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

namespace morpheus {
namespace {

constexpr std::size_t most_groups = 65'536;               // NGROUPS_MAX
constexpr std::size_t name_buffer = 4 * 1024;             // bytes, to begin with
constexpr std::size_t largest_name_buffer = 1024 * 1024;  // a group's entry lists its members

// Calls `look` with buffers that grow until its answer fits.
template <class Look>
void with_buffer(const Look& look) {
  std::vector<char> buffer(name_buffer);
  while (look(buffer.data(), buffer.size()) == ERANGE && buffer.size() < largest_name_buffer) {
    buffer.resize(buffer.size() * 4);
  }
}

std::string user_name(uid_t uid) {
  std::string name = fmt::format("uid {}", uid);
  with_buffer([&](char* buffer, std::size_t size) {
    passwd entry{};
    passwd* found = nullptr;
    const int failure = ::getpwuid_r(uid, &entry, buffer, size, &found);
    if (found) name = found->pw_name;
    return failure;
  });
  return name;
}

std::optional<gid_t> group_id(const std::string& name) {
  std::optional<gid_t> id;
  with_buffer([&](char* buffer, std::size_t size) {
    group entry{};
    group* found = nullptr;
    const int failure = ::getgrnam_r(name.c_str(), &entry, buffer, size, &found);
    if (found) id = found->gr_gid;
    return failure;
  });
  return id;
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

// What the process calls itself. Where other users' processes are hidden (ProtectProc=invisible) it is not known; and it is no proof:
// anybody may choose it.
std::string program_of(pid_t pid) {
  constexpr std::size_t longest = 16;  // TASK_COMM_LEN
  std::string name;
  std::getline(std::ifstream(fmt::format("/proc/{}/comm", pid)), name);
  std::ranges::replace_if(name, [](char c) { return c < ' ' || c > '~'; }, '?');
  return name.substr(0, longest);
}

}  // namespace

Result<Peer> identify_peer(int socket, const PeerGroups& groups) {
  ucred credentials{};
  socklen_t size = sizeof credentials;
  if (::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0) {
    return Error{ErrorCode::denied, fmt::format("the caller cannot be identified: {}", std::strerror(errno)),
                 ""};
  }
  auto memberships = supplementary_groups(socket);
  memberships.push_back(credentials.gid);
  const auto is_member = [&](const std::string& name) {
    const auto id = group_id(name);
    return id && std::ranges::find(memberships, *id) != memberships.end();
  };
  Peer peer;
  peer.caller =
      Caller{static_cast<std::int64_t>(credentials.uid), credentials.pid, user_name(credentials.uid), program_of(credentials.pid)};
  peer.first = credentials.uid == 0 || credentials.uid == ::geteuid();
  if (peer.first || is_member(groups.act)) {
    peer.permission = Permission::act;
  } else if (is_member(groups.read)) {
    peer.permission = Permission::read;
  }
  return peer;
}

}  // namespace morpheus
