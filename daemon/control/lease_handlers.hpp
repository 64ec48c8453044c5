#pragma once

#include "daemon/control/call.hpp"

namespace morpheus {

// Whether this daemon acts, backups of it, and its way to another machine and back.
asio::awaitable<Reply> show_lease(ControlServices& services, Call call);
asio::awaitable<Reply> take_over(ControlServices& services, Call call);

// The archive while the daemon runs. move: from the moment that the archive is of the daemon changes nothing, and once its client has
// acknowledged the archive's digest, while the stream still lasts, it is retired. Without that it goes on.
asio::awaitable<Reply> stream_backup(ControlServices& services, Call call, Pieces& pieces);
asio::awaitable<Reply> stream_move(ControlServices& services, Call call, Pieces& pieces);
asio::awaitable<Reply> acknowledge_move(ControlServices& services, Call call);

}  // namespace morpheus
