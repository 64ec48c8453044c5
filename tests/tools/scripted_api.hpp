#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace morpheus {

// A web server on the loop of its test, which answers what the test says, byte for byte.
class ScriptedApi {
 public:
  struct Answer {
    std::string bytes;   // empty: none
    bool close = false;  // the connection ends behind it, without a word
  };
  // Of a request: "GET /v1/servers?page=1".
  using Script = std::function<Answer(const std::string& request)>;

  ScriptedApi(boost::asio::io_context& loop, Script script);

  std::uint16_t port() const { return acceptor_.local_endpoint().port(); }
  std::string endpoint() const { return "http://127.0.0.1:" + std::to_string(port()) + "/v1"; }

  // Every request that came, in its order.
  const std::vector<std::string>& requests() const { return requests_; }
  int connections() const { return connections_; }

  // A whole answer with this body.
  static Answer json(const std::string& body, unsigned status = 200);

 private:
  boost::asio::awaitable<void> accept();
  boost::asio::awaitable<void> serve(boost::asio::ip::tcp::socket socket);

  boost::asio::io_context& loop_;
  boost::asio::ip::tcp::acceptor acceptor_;
  Script script_;
  std::vector<std::string> requests_;
  int connections_ = 0;
};

}  // namespace morpheus
