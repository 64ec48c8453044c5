#pragma once

#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "daemon/control/call.hpp"
#include "daemon/control/seats.hpp"

namespace morpheus {

using HttpRequest = boost::beast::http::request<boost::beast::http::string_body>;

// What came from a client: a request, or what to tell it instead. Neither: it is gone.
struct Received {
  std::optional<HttpRequest> request;
  std::optional<Reply> refusal;
};

// One client's connection, over whatever socket: HTTP/1.1, with a limit on the size and the time of everything.
class Connection : public Guest {
 public:
  Connection(asio::generic::stream_protocol::socket socket, Clock& clock, const ControlLimits& limits);

  // The connection waits for its client while it lives.
  class Waits {
   public:
    explicit Waits(Connection& connection) : connection_(connection) { connection_.waits_since_ = connection_.clock_.boot(); }
    ~Waits() { connection_.waits_since_.reset(); }
    Waits(const Waits&) = delete;
    Waits& operator=(const Waits&) = delete;

   private:
    Connection& connection_;
  };

  asio::awaitable<Received> receive();

  // false: the client did not take it in time, or is gone. `allow`: methods, for a 405.
  asio::awaitable<bool> send(Reply reply, bool keep_alive, std::string allow);

  // The last words: sent, and then the client gets a moment to read them, even if it is still sending. Returns the first line of what
  // it sent meanwhile, without its end; empty: no whole line.
  asio::awaitable<std::string> dismiss(Reply reply);

  std::optional<BootTime> waits_since() const override { return waits_since_; }
  bool has_asked() const override { return has_asked_; }
  void abandon() override;

 private:
  friend class Stream;
  using Parser = boost::beast::http::request_parser<boost::beast::http::string_body>;

  asio::awaitable<void> read_some(boost::system::error_code& error);
  asio::awaitable<void> read_request(Parser& parser, boost::system::error_code& error);
  asio::awaitable<void> drain(std::string& line);

  asio::generic::stream_protocol::socket socket_;
  Clock& clock_;
  const ControlLimits limits_;
  boost::beast::flat_buffer buffer_;  // has the bound of limits_.buffered: Beast's own leave chunks' extensions and trailers free
  std::optional<BootTime> waits_since_;
  bool has_asked_ = false;
  bool abandoned_ = false;
};

// An answer that comes in pieces: chunks, or for a client of HTTP/1.0 just the bytes. Its header
// goes out with the first piece, so that what goes wrong before can still be told with a status.
class Stream : public Pieces {
 public:
  // `type`: a content type that outlives it.
  Stream(Connection& connection, bool chunked, std::string_view type) : connection_(connection), chunked_(chunked), type_(type) {}

  asio::awaitable<bool> write(std::string piece) override;
  asio::awaitable<bool> wait(Signal& news, std::uint64_t seen) override;
  asio::awaitable<bool> wait_quietly(Signal& news, std::uint64_t seen, Millis limit) override;

  // Says that this was all. Without it, the client sees the connection break off.
  asio::awaitable<void> finish();

  bool begun() const { return begun_; }

 private:
  enum class First { news, time, hang_up };
  asio::awaitable<First> first_of(Signal& news, std::uint64_t seen, Millis limit);
  asio::awaitable<void> put_header(boost::system::error_code& error);
  asio::awaitable<void> put(const std::string& piece, boost::system::error_code& error);
  asio::awaitable<void> put_end(boost::system::error_code& error);

  Connection& connection_;
  bool chunked_;
  std::string_view type_;
  bool begun_ = false;
  bool broken_ = false;
};

}  // namespace morpheus
