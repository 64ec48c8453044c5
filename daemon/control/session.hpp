#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/local/stream_protocol.hpp>

#include "daemon/control/call.hpp"
#include "daemon/control/connection.hpp"

namespace morpheus {

// Serves one client until it closes, is too slow, or asks for what ends the connection. `connection` and `services` must
// outlive it.
asio::awaitable<void> serve_client(Connection& connection, Peer peer, ControlServices& services);

// Tells a client without any right so, whatever it asks for, closes, and records what it asked for.
asio::awaitable<void> refuse_stranger(asio::local::stream_protocol::socket socket, Peer peer, ControlServices& services);

// Tells a client that there is no place for it, and closes.
asio::awaitable<void> turn_away(asio::local::stream_protocol::socket socket, ControlServices& services);

}  // namespace morpheus
