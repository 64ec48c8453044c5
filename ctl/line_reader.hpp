#pragma once

#include <boost/asio/local/stream_protocol.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <exception>
#include <functional>
#include <string>

#include "ctl/client.hpp"

namespace morpheus::ctl {

using Stream = boost::beast::basic_stream<boost::asio::local::stream_protocol>;

// Reads a chunked answer piece by piece and cuts it into lines. Once started it runs until the answer has
// ended, the connection broke, or `on_line` had enough or threw; then it closes the connection and calls
// `on_end`.
class LineReader {
 public:
  LineReader(Stream& stream, const Client::OnLine& on_line, std::function<void()> on_end);

  void start();

  // To be asked after `on_end`. Rethrows what `on_line` threw; thrown as CommandFailure: an error answer, a
  // broken connection.
  void check(const std::string& socket) const;

 private:
  void received(const boost::system::error_code& error);
  bool take_lines();

  Stream& stream_;
  const Client::OnLine& on_line_;
  std::function<void()> on_end_;
  boost::beast::flat_buffer buffer_;
  boost::beast::http::response_parser<boost::beast::http::string_body> parser_;
  std::string rest_;
  boost::system::error_code broken_;
  std::exception_ptr thrown_;
};

}  // namespace morpheus::ctl
