#include "daemon/control/lease_handlers.hpp"

#include <spdlog/spdlog.h>

#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <memory>
#include <stdexcept>

namespace morpheus {
namespace {

// This daemon is on its way to another machine for as long as this lives, or until it has been retired.
class Moving {
 public:
  Moving(ControlServices& services, const asio::any_io_executor& executor, const Backup& backup) : services_(services) {
    services_.move.emplace(executor, backup);
  }
  ~Moving() {
    services_.move.reset();
    try {
      services_.forests.end_move();
    } catch (const std::exception& error) {
      spdlog::error("a move that failed is not in the record: {}", error.what());
    }
  }
  Moving(const Moving&) = delete;
  Moving& operator=(const Moving&) = delete;

 private:
  ControlServices& services_;
};

// false: the client did not take all of it.
asio::awaitable<bool> hand_over(Backup& backup, Pieces& pieces) {
  bool taken = true;
  auto piece = backup.next();
  while (taken && piece) {
    if (piece->empty()) {
      co_await asio::post(asio::use_awaitable);  // everybody else has a turn
    } else {
      taken = co_await pieces.write(*std::move(piece));
    }
    if (taken) piece = backup.next();
  }
  if (!taken) spdlog::warn("a backup was broken off: its client is gone, or did not take it in time");
  co_return taken;
}

asio::awaitable<Result<std::unique_ptr<Backup>>> copy(ControlServices& services) {
  auto backup = services.backups.begin();
  if (!backup) co_return backup.error();
  bool more = (*backup)->copy_step();
  while (more) {
    co_await asio::post(asio::use_awaitable);  // everybody else has a turn
    more = (*backup)->copy_step();
  }
  co_return backup;
}

}  // namespace

asio::awaitable<Reply> show_lease(ControlServices& services, Call) { co_return json_reply(services.forests.lease()); }

asio::awaitable<Reply> take_over(ControlServices& services, Call call) {
  const auto acts = co_await services.forests.take_over(call.peer.caller);
  co_return reply_of(acts);
}

asio::awaitable<Reply> stream_backup(ControlServices& services, Call call, Pieces& pieces) {
  const auto backup = co_await copy(services);
  if (!backup) co_return error_reply(backup.error());
  services.record.note(command_event(call.peer.caller, "backup"));
  (*backup)->settle(false);
  co_await hand_over(**backup, pieces);
  co_return Reply{};
}

asio::awaitable<Reply> stream_move(ControlServices& services, Call call, Pieces& pieces) {
  const auto may = services.forests.may_move();
  if (!may) co_return error_reply(may.error());
  const auto backup = co_await copy(services);
  if (!backup) co_return error_reply(backup.error());
  const auto executor = co_await asio::this_coro::executor;
  const auto begun = services.forests.begin_move(call.peer.caller);
  if (!begun) co_return error_reply(begun.error());
  const Moving moving(services, executor, **backup);
  (*backup)->settle(true);
  const bool taken = co_await hand_over(**backup, pieces);
  if (!taken) co_return Reply{};
  const bool acknowledged = co_await pieces.wait_quietly(services.move->acknowledged, 0, services.limits.acknowledgement);
  if (!acknowledged) throw std::runtime_error("nobody acknowledged the archive of the move");
  co_return Reply{};
}

asio::awaitable<Reply> acknowledge_move(ControlServices& services, Call call) {
  if (!services.move) {
    const Error none{ErrorCode::refused, "no move waits for an acknowledgement", "morpheusctl backup --move"};
    co_return error_reply(none);
  }
  if (services.move->backup.digest() != call.arguments[0]) {
    const Error other{ErrorCode::conflict, "the archive that arrived is not the one that was sent", "delete it; this daemon goes on"};
    co_return error_reply(other);
  }
  const auto retired = services.forests.retire(call.peer.caller);
  if (retired) services.move->acknowledged.notify();
  co_return reply_of(retired);
}

}  // namespace morpheus
