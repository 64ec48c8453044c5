#pragma once

#include <boost/asio/awaitable.hpp>
#include <set>
#include <string>
#include <vector>

#include "common/error.hpp"
#include "daemon/monitor/report.hpp"

namespace morpheus {

namespace asio = boost::asio;

// How to reach a forest as its system user.
struct SystemAccess {
  std::vector<std::string> addresses;  // of servers that were seen alive, without brackets; any of them will do
  int voters = 0;                      // of the meta group, that were seen alive
  std::set<std::string> members;       // server names that may be in the meta group: of all cores and witnesses, seen or not
  std::string key;                     // the system user's nkey: the public part
  std::string seed;                    // and the secret one
};

// Requests that only the system account may make.
class SystemRequests {
 public:
  virtual ~SystemRequests() = default;

  // Asks the meta leader to drop `server_name` from the meta group ($JS.API.SERVER.REMOVE). Success only says that it was
  // asked: the caller watches the leader's cluster_size. Success too if the leader knows no such peer.
  virtual asio::awaitable<Result<>> remove_peer(SystemAccess access, std::string server_name) = 0;

  // The meta group as its leader sees it ($SYS.REQ.SERVER.PING.JSZ, the answer of the server that names itself leader and that
  // most of the others name): for a leader whose monitoring port cannot be reached, as a witness's. unavailable: no leader answered.
  virtual asio::awaitable<Result<Jsz>> leader_view(SystemAccess access) = 0;
};

}  // namespace morpheus
