#pragma once

#include <boost/asio/local/stream_protocol.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <exception>
#include <string>

#include "ctl/client.hpp"

namespace morpheus::ctl {

// Reads an answer of any size piece by piece, and hands each on.
class Download {
 public:
  using Stream = boost::beast::basic_stream<boost::asio::local::stream_protocol>;

  Download(Stream& stream, const Client::OnBytes& on_bytes);

  void start();

  // To be asked when the loop has ended. Rethrows what `on_bytes` threw; thrown as CommandFailure: an error answer, an answer that ended
  // before its end.
  void check(const std::string& socket) const;

 private:
  void received(const boost::system::error_code& error);

  Stream& stream_;
  const Client::OnBytes& on_bytes_;
  boost::beast::flat_buffer buffer_;
  boost::beast::http::response_parser<boost::beast::http::string_body> parser_;
  std::string refusal_;
  boost::system::error_code broken_;
  std::exception_ptr thrown_;
};

}  // namespace morpheus::ctl
