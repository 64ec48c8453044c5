#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "common/error.hpp"
#include "daemon/monitor/report.hpp"

namespace morpheus {

// Finds the meta leader's own view among the answers to $SYS.REQ.SERVER.PING.JSZ. A server that names itself is believed only if a
// majority of the meta group names it too. Only members vote: one server that answers under many invented names has no more votes
// than there are members (a server says itself what it is called).
class LeaderVote {
 public:
  // `voters`: members that are known to live. `members`: names of the servers that may be in the meta group.
  LeaderVote(int voters, std::set<std::string> members) : voters_(voters), members_(std::move(members)) {}

  // Takes one server's answer in; a second one of the same name counts for nothing. True once a majority of the voters, and of the
  // group as the leader counts it, has named the same server, and that one has answered.
  bool take(std::string_view answer);

  // Of whom took part: the leader that most of them name, by its own view. unavailable: there is none.
  Result<Jsz> outcome() const;

 private:
  int voters_;
  std::set<std::string> members_;
  std::set<std::string> answered_;
  std::map<std::string, int> votes_;   // for a leader
  std::map<std::string, Jsz> claims_;  // views of those that name themselves
  std::string refused_;                // why the last answer that was none did not count
};

}  // namespace morpheus
