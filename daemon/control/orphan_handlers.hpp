#pragma once

#include "daemon/control/call.hpp"

namespace morpheus {

// /v1/doctor, /v1/orphans and below: each answers from ControlServices::forests, which asks the providers first.
asio::awaitable<Reply> examine(ControlServices& services, Call call);
asio::awaitable<Reply> list_orphans(ControlServices& services, Call call);
asio::awaitable<Reply> adopt_orphan(ControlServices& services, Call call);
asio::awaitable<Reply> delete_orphan(ControlServices& services, Call call);

}  // namespace morpheus
