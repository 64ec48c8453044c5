#pragma once

#include <string>
#include <vector>

#include "daemon/monitor/report.hpp"
#include "tests/sim/chance.hpp"

namespace morpheus::sim {

// A server with JetStream, as far as the meta group is concerned.
struct MetaServer {
  std::string name;
  bool up = false;
  bool may_join = true;
  int founders = 0;  // the size of the group that it would found
};

// A forest's meta group, as nats-server behaves: founded by a majority of those that its founders'
// routes list, joined while there is a leader, left only by removal. A member that is not up still counts; a
// founder that was never seen does not.
class MetaGroup {
 public:
  // Takes in who is up now: founds, joins, elects.
  void update(const std::vector<MetaServer>& servers, Chance& chance);

  bool has(const std::string& name) const;
  const std::vector<std::string>& members() const { return members_; }
  const std::string& leader() const { return leader_; }  // empty: no quorum
  // What `asked` says of the group: everything if it leads, else whom it follows.
  Jsz view_of(const std::string& asked) const;
  // Only a leader can; a member that is up joins again at the next update.
  void remove(const std::string& name);

 private:
  bool is_up(const std::string& name) const;

  bool founded_ = false;
  std::vector<std::string> members_;
  std::vector<MetaServer> servers_;  // of the last update
  std::string leader_;
};

}  // namespace morpheus::sim
