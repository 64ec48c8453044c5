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
  if (!view->jsz.enabled || !votes_.emplace(view->server, view->jsz.leader).second) return false;
  if (!view->server.empty() && view->jsz.leader == view->server) claims_.emplace(view->server, std::move(view->jsz));
  return std::ranges::any_of(claims_, [this](const auto& claim) {
    return 2 * votes_for(claim.first) > std::max(voters_, claim.second.cluster_size.value_or(0));
  });
}

Result<Jsz> LeaderVote::outcome() const {
  for (const auto& [name, view] : claims_) {
    if (2 * votes_for(name) > static_cast<int>(votes_.size())) return view;
  }
  std::string why = "no server says that it leads the meta group";
  if (!claims_.empty()) why = fmt::format("{} says that it leads the meta group, and the others do not", claims_.begin()->first);
  if (!refused_.empty()) why += "; " + refused_;
  return Error{ErrorCode::unavailable, why, ""};
}

int LeaderVote::votes_for(const std::string& name) const {
  return static_cast<int>(std::ranges::count_if(votes_, [&](const auto& vote) { return vote.second == name; }));
}

}  // namespace morpheus
