#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "common/error.hpp"
#include "common/model/operation.hpp"

namespace morpheus {

// What a caller may do, from the least to the most.
enum class Permission { none, read, act };

// Who is at the other end of a Unix socket.
struct Peer {
  Caller caller;
  Permission permission = Permission::none;
};

// From SO_PEERCRED and SO_PEERGROUPS (unix(7)): root, the daemon's own user and members of group "morpheus" act, members of
// "morpheus-view" read. Groups count as of when the caller connected.
Result<Peer> identify_peer(int socket);

// The rule alone.
Permission permission_of(uid_t uid, uid_t own_uid, const std::vector<std::string>& groups);

}  // namespace morpheus
