#include "daemon/control/orphan_handlers.hpp"

namespace morpheus {
namespace {

// A provider is asked anew only for those who may act: what others look at costs nobody a call more.
Result<Freshness> freshness_of(const Call& call) {
  const auto fresh = query_flag(call, "fresh");
  if (!fresh) return fresh.error();
  if (!*fresh) return Freshness::shared;
  if (call.peer.permission >= Permission::act) return Freshness::anew;
  return Error{ErrorCode::denied, "providers are asked anew for those who may act",
               "leave it out: what they said is half a minute old at most; or join the group morpheus"};
}

}  // namespace

asio::awaitable<Reply> examine(ControlServices& services, Call call) {
  const auto freshness = freshness_of(call);
  if (!freshness) co_return error_reply(freshness.error());
  auto findings = co_await services.forests.examine(*freshness);
  if (services.more_findings) {
    const auto more = services.more_findings();
    findings.insert(findings.end(), more.begin(), more.end());
  }
  co_return json_reply(findings);
}

asio::awaitable<Reply> list_orphans(ControlServices& services, Call call) {
  const auto freshness = freshness_of(call);
  if (!freshness) co_return error_reply(freshness.error());
  const auto orphans = co_await services.forests.orphans(*freshness);
  co_return reply_of(orphans);
}

asio::awaitable<Reply> adopt_orphan(ControlServices& services, Call call) {
  const auto adopted = co_await services.forests.adopt(call.arguments[0], call.peer.caller);
  co_return reply_of(adopted);
}

asio::awaitable<Reply> delete_orphan(ControlServices& services, Call call) {
  const auto deleted = co_await services.forests.delete_orphan(call.arguments[0], call.peer.caller);
  co_return reply_of(deleted);
}

}  // namespace morpheus
