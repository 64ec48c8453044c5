#include "daemon/control/orphan_handlers.hpp"

namespace morpheus {

asio::awaitable<Reply> examine(ControlServices& services, Call) {
  auto findings = co_await services.forests.examine();
  if (services.more_findings) {
    const auto more = services.more_findings();
    findings.insert(findings.end(), more.begin(), more.end());
  }
  co_return json_reply(findings);
}

asio::awaitable<Reply> list_orphans(ControlServices& services, Call) {
  const auto orphans = co_await services.forests.orphans();
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
