#include "daemon/nats/leader_vote.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "common/decode/text.hpp"
#include "daemon/monitor/parse.hpp"
#include "daemon/nats/answer_bounds.hpp"

namespace morpheus {
namespace {

struct View {
  std::string server;
  Jsz jsz;
};

View read_view(const JsonObject& answer) {
  View view;
  view.server = answer.object("server").shown("name", longest_name);
  view.jsz = read_jsz(answer.object("data"));
  return view;
}

}  // namespace

bool LeaderVote::take(std::string_view answer) {
  auto view = decode({"an answer to PING.JSZ"}, answer, answer_bounds, read_view);
  if (!view) {
    refused_ = view.error().message;
    return false;
  }
  if (!members_.contains(view->server)) {
    refused_ = fmt::format("\"{}\" answered, which is no core of this forest", view->server);
    return false;
  }
  const std::string leader = view->jsz.leader;
  if (!view->jsz.enabled || !answered_.insert(view->server).second) return false;
  const int votes = ++votes_[leader];
  if (!view->server.empty() && leader == view->server) claims_.emplace(leader, std::move(view->jsz));
  // Only this server's votes have changed: many that name themselves cost no more than others.
  const auto claim = claims_.find(leader);
  return claim != claims_.end() && 2 * votes > std::max(voters_, claim->second.cluster_size.value_or(0));
}

Result<Jsz> LeaderVote::outcome() const {
  for (const auto& [name, view] : claims_) {
    if (2 * votes_.at(name) > static_cast<int>(answered_.size())) return view;
  }
  std::string why = "no server says that it leads the meta group";
  if (!claims_.empty()) why = fmt::format("{} says that it leads the meta group, and the others do not", claims_.begin()->first);
  if (!refused_.empty()) why += "; " + refused_;
  return Error{ErrorCode::unavailable, why, ""};
}

}  // namespace morpheus
