#pragma once

#include "daemon/control/call.hpp"

namespace morpheus {

asio::awaitable<Reply> list_orphans(ControlServices& services, Call call);
asio::awaitable<Reply> adopt_orphan(ControlServices& services, Call call);
asio::awaitable<Reply> delete_orphan(ControlServices& services, Call call);

}  // namespace morpheus
