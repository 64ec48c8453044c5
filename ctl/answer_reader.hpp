#pragma once

#include <boost/asio/local/stream_protocol.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <exception>
#include <functional>
#include <string>

#include "common/model/time.hpp"
#include "ctl/answer.hpp"

namespace morpheus::ctl {

using Stream = boost::beast::basic_stream<boost::asio::local::stream_protocol>;

// Reads an answer of any length piece by piece, and hands each on. Once started it runs until the answer has ended, the connection broke
// or was silent for too long, or `on_piece` had enough (false) or threw; then it closes the connection and calls `on_end`. What comes with
// an error status is kept for check().
class AnswerReader {
 public:
  using OnPiece = std::function<bool(const std::string& bytes)>;

  AnswerReader(Stream& stream, Millis longest_silence, OnPiece on_piece, std::function<void()> on_end);

  void start();

  // Whether any of the answer has come.
  bool got_some() const { return parser_.got_some(); }

  // To be asked when it has ended. Rethrows what `on_piece` threw; thrown as CommandFailure: an error answer, an answer that broke off
  // before its end.
  void check(const std::string& socket) const;

 private:
  void received(const boost::system::error_code& error);
  // False: enough.
  bool take(const std::string& bytes);

  Stream& stream_;
  Millis longest_silence_;
  OnPiece on_piece_;
  std::function<void()> on_end_;
  boost::beast::flat_buffer buffer_{most_buffered};
  boost::beast::http::response_parser<boost::beast::http::string_body> parser_;
  std::string refusal_;
  boost::system::error_code broken_;
  std::exception_ptr thrown_;
};

}  // namespace morpheus::ctl
