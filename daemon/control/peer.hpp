#pragma once

#include <string>

#include "common/error.hpp"
#include "common/model/operation.hpp"

namespace morpheus {

// What a caller may do, from the least to the most.
enum class Permission { none, read, act };

// Who is at the other end of a Unix socket.
struct Peer {
  Caller caller;
  Permission permission = Permission::none;
  bool first = false;  // root or the daemon's own user
};

// Whose members may do what.
struct PeerGroups {
  std::string act = "morpheus";
  std::string read = "morpheus-view";
};

// From SO_PEERCRED and SO_PEERGROUPS (unix(7)): root, the daemon's own user and the members of `groups.act`
// act, those of `groups.read` read. Groups count as of when the caller connected.
Result<Peer> identify_peer(int socket, const PeerGroups& groups);

}  // namespace morpheus
