#include "daemon/control/duty_handlers.hpp"

#include <spdlog/spdlog.h>

#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <optional>

namespace morpheus {
namespace {

// Until the whole archive is handed over a retirement can be undone: without its end nobody can restore it.
void undo_move(ControlServices& services, const Duty& retired, const Caller& caller) {
  spdlog::warn("the move to another machine failed, and this daemon goes on");
  const auto back = services.forests.undo_retirement(retired, caller);
  if (!back) spdlog::error("{}", describe(back.error()));
}

// The moment that the archive is of.
Duty settle_moved(ControlServices& services, Backup& backup, const Caller& caller) {
  Duty retired = services.forests.retire(caller);
  try {
    backup.settle(true);
  } catch (const std::exception&) {
    undo_move(services, retired, caller);
    throw;
  }
  return retired;
}

// What a move stored; unset: no move.
Result<std::optional<Duty>> settle(ControlServices& services, Backup& backup, const Caller& caller, bool move) {
  std::optional<Duty> retired;
  if (!move) {
    services.journal.record(command_event(caller, "backup"));
    backup.settle(false);
    return retired;
  }
  const auto may = services.forests.may_retire();
  if (!may) return may.error();
  retired = settle_moved(services, backup, caller);
  return retired;
}

// false: the client did not take all of it.
asio::awaitable<bool> hand_over(Backup& backup, Pieces& pieces) {
  bool taken = true;
  std::string piece = backup.next();
  while (taken && !piece.empty()) {
    taken = co_await pieces.write(std::move(piece));
    if (taken) piece = backup.next();
  }
  if (!taken) spdlog::warn("a backup was broken off: its client is gone, or did not take it in time");
  co_return taken;
}

asio::awaitable<Reply> stream(ControlServices& services, Call call, Pieces& pieces, bool move) {
  const auto may = move ? services.forests.may_retire() : Result<>{};
  if (!may) co_return error_reply(may.error());
  const auto backup = services.backups.begin();
  if (!backup) co_return error_reply(backup.error());
  bool more = (*backup)->copy_step();
  while (more) {
    co_await asio::post(asio::use_awaitable);  // everybody else has a turn
    more = (*backup)->copy_step();
  }
  const auto settled = settle(services, **backup, call.peer.caller, move);
  if (!settled) co_return error_reply(settled.error());
  bool taken = false;
  try {
    taken = co_await hand_over(**backup, pieces);
  } catch (...) {
    if (*settled) undo_move(services, **settled, call.peer.caller);
    throw;
  }
  if (!taken && *settled) undo_move(services, **settled, call.peer.caller);
  co_return Reply{};
}

}  // namespace

asio::awaitable<Reply> show_duty(ControlServices& services, Call) { co_return json_reply(services.forests.duty()); }

asio::awaitable<Reply> take_over(ControlServices& services, Call call) {
  const auto acts = co_await services.forests.take_over(call.peer.caller);
  co_return reply_of(acts);
}

asio::awaitable<Reply> stream_backup(ControlServices& services, Call call, Pieces& pieces) {
  co_return co_await stream(services, call, pieces, false);
}

asio::awaitable<Reply> stream_move(ControlServices& services, Call call, Pieces& pieces) {
  co_return co_await stream(services, call, pieces, true);
}

}  // namespace morpheus
