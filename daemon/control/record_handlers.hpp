#pragma once

#include "daemon/control/call.hpp"

namespace morpheus {

// The record and the daemon itself. The streams are lines of JSON (NDJSON), with an empty line now and then.
asio::awaitable<Reply> show_version(ControlServices& services, Call call);
asio::awaitable<Reply> show_metrics(ControlServices& services, Call call);  // for Prometheus
asio::awaitable<Reply> show_operation(ControlServices& services, Call call);
asio::awaitable<Reply> list_operations(ControlServices& services, Call call);  // newest first
// Of an operation that is parked.
asio::awaitable<Reply> resume_operation(ControlServices& services, Call call);
asio::awaitable<Reply> abort_operation(ControlServices& services, Call call);

// An operation's events from its start, then live until it has ended or is parked; the last line is {"operation": ...}.
asio::awaitable<Reply> stream_progress(ControlServices& services, Call call, Pieces& pieces);

// Events: the last ones, or those after an id; of one forest, from a level or a time on; with follow=true the new ones as they come.
asio::awaitable<Reply> stream_events(ControlServices& services, Call call, Pieces& pieces);

}  // namespace morpheus
