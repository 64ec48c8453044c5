#pragma once

#include "daemon/control/call.hpp"

namespace morpheus {

// /v1/forests and below: each answers from ControlServices::forests.
asio::awaitable<Reply> list_forests(ControlServices& services, Call call);
asio::awaitable<Reply> plant_forest(ControlServices& services, Call call);
asio::awaitable<Reply> show_forest(ControlServices& services, Call call);
asio::awaitable<Reply> tear_down_forest(ControlServices& services, Call call);
asio::awaitable<Reply> grow_forest(ControlServices& services, Call call);
asio::awaitable<Reply> remove_node(ControlServices& services, Call call);
asio::awaitable<Reply> explain_forest(ControlServices& services, Call call);
asio::awaitable<Reply> show_image(ControlServices& services, Call call);
asio::awaitable<Reply> stream_history(ControlServices& services, Call call, Pieces& pieces);  // a list, in pieces
asio::awaitable<Reply> pause_forest(ControlServices& services, Call call);
asio::awaitable<Reply> resume_forest(ControlServices& services, Call call);

}  // namespace morpheus
