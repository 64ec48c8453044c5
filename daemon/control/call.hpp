#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "common/decode/json.hpp"
#include "common/error.hpp"
#include "daemon/backup/backup.hpp"
#include "daemon/control/limits.hpp"
#include "daemon/control/peer.hpp"
#include "daemon/control/refusals.hpp"
#include "daemon/control/unread.hpp"
#include "daemon/forest/forests.hpp"
#include "daemon/forest/record.hpp"
#include "daemon/metrics/page.hpp"
#include "daemon/runtime/clock.hpp"
#include "daemon/runtime/signal.hpp"

namespace morpheus {

// A move whose archive is on its way to its client.
struct Move {
  Move(const asio::any_io_executor& executor, const Backup& sent) : backup(sent), acknowledged(executor) {}
  const Backup& backup;
  Signal acknowledged;
};

// What handlers answer from.
struct ControlServices {
  Clock& clock;
  Forests& forests;
  Record& record;
  std::string version;
  const MetricsPage& metrics;
  Backups& backups;
  ControlLimits limits;
  PeerGroups groups;
  Refusals refusals;
  Unread unread;
  std::function<std::vector<Finding>()> more_findings = nullptr;  // of the doctor
  std::optional<Move> move = std::nullopt;                        // that is under way
};

// A request that was understood and permitted.
struct Call {
  Peer peer;
  std::vector<std::string> arguments;  // of the path, in its order
  std::map<std::string, std::string> query;
  std::string body;
};

struct Reply {
  unsigned status = 200;
  std::string body;
  std::string type = "application/json";
};

// Takes a stream's pieces to the client.
class Pieces {
 public:
  virtual ~Pieces() = default;
  // false: the client is gone or does not take it in time; nothing more is to be written. An empty piece
  // begins the stream.
  virtual asio::awaitable<bool> write(std::string piece) = 0;
  // Until news.count() > `seen`, or a sign of life was due and written. false: as above; a client that goes
  // is noticed at once.
  virtual asio::awaitable<bool> wait(Signal& news, std::uint64_t seen) = 0;
  // Until news.count() > `seen`, for `limit` at most, without a word. false: it did not come, or the client is gone.
  virtual asio::awaitable<bool> wait_quietly(Signal& news, std::uint64_t seen, Millis limit) = 0;
};

// The one place that maps failures to the protocol: status and {"error": {...}}.
Reply error_reply(const Error& error);
Reply error_reply(unsigned status, const std::string& code, const std::string& message,
                  const std::string& hint);

// As JSON on one line, without its end.
template <class T>
std::string json_text(const T& value) {
  return nlohmann::json(value).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

template <class T>
Reply json_reply(const T& value, unsigned status = 200) {
  Reply reply;
  reply.status = status;
  reply.body = json_text(value) + "\n";
  return reply;
}

// The value as JSON with `status`, or the failure.
template <class T>
Reply reply_of(const Result<T>& result, unsigned status = 200) {
  return result ? json_reply(*result, status) : error_reply(result.error());
}

// A query parameter as a number within bounds; `fallback` when it is not there.
Result<std::int64_t> query_number(const Call& call, const std::string& name, std::int64_t fallback,
                                  std::int64_t least, std::int64_t most);

// A query parameter that is "true" or "false"; false when it is not there.
Result<bool> query_flag(const Call& call, const std::string& name);

const Sender& body_sender();
DecodeBounds body_bounds(const Call& call);

// What `read`, a function of const JsonObject&, makes of the body; an empty body is an object without fields. invalid: it is something
// else, or what `read` asks for is of another type; the error names the field.
template <class Read>
auto decode_body(const Call& call, Read read) {
  return call.body.empty() ? decode(body_sender(), "{}", DecodeBounds{}, read) : decode(body_sender(), call.body, body_bounds(call), read);
}

}  // namespace morpheus
