#pragma once

#include "daemon/control/call.hpp"

namespace morpheus {

// Whether this daemon acts, backups of it, and its way to another machine and back.
asio::awaitable<Reply> show_duty(ControlServices& services, Call call);
asio::awaitable<Reply> take_over(ControlServices& services, Call call);

// The archive while the daemon runs. move: the daemon is retired at the moment that the archive is of.
asio::awaitable<Reply> stream_backup(ControlServices& services, Call call, Pieces& pieces);
asio::awaitable<Reply> stream_move(ControlServices& services, Call call, Pieces& pieces);

}  // namespace morpheus
