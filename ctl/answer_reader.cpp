#include "ctl/answer_reader.hpp"

#include <boost/beast/http/read.hpp>
#include <utility>

#include "ctl/answer.hpp"

namespace morpheus::ctl {
namespace {

namespace http = boost::beast::http;

constexpr std::size_t longest_refusal = std::size_t{1} << 20;
constexpr unsigned first_refusal = 300;  // HTTP status

}  // namespace

AnswerReader::AnswerReader(Stream& stream, Millis longest_silence, OnPiece on_piece, std::function<void()> on_end)
    : stream_(stream), longest_silence_(longest_silence), on_piece_(std::move(on_piece)), on_end_(std::move(on_end)) {
  parser_.body_limit(boost::none);  // the whole has no bound, its pieces have
}

void AnswerReader::start() {
  stream_.expires_after(longest_silence_);
  http::async_read_some(stream_, buffer_, parser_,
                        [this](const boost::system::error_code& error, std::size_t) { received(error); });
}

void AnswerReader::received(const boost::system::error_code& error) {
  bool enough = false;
  try {
    if (parser_.is_header_done()) enough = !take(std::exchange(parser_.get().body(), std::string()));
  } catch (const std::exception&) {
    thrown_ = std::current_exception();  // check() rethrows it, outside of the loop
  }
  const bool complete = parser_.is_done();
  if (error && error != http::error::need_buffer && !complete) broken_ = error;
  if (!enough && !complete && !thrown_ && !broken_) return start();
  if (enough) broken_ = {};
  boost::system::error_code ignored;
  stream_.socket().close(ignored);
  on_end_();
}

bool AnswerReader::take(const std::string& bytes) {
  if (bytes.empty()) return true;
  if (parser_.get().result_int() < first_refusal) return on_piece_(bytes);
  if (refusal_.size() < longest_refusal) refusal_ += bytes;
  return true;
}

void AnswerReader::check(const std::string& socket) const {
  if (thrown_) std::rethrow_exception(thrown_);
  if (broken_) throw broken_off(socket, broken_, longest_silence_);
  if (parser_.get().result_int() >= first_refusal) checked_answer(parser_.get().result_int(), refusal_);
}

}  // namespace morpheus::ctl
