#include "ctl/line_reader.hpp"

#include <boost/beast/http/read.hpp>
#include <utility>

#include "ctl/answer.hpp"

namespace morpheus::ctl {
namespace {

namespace http = boost::beast::http;

constexpr Millis longest_silence{60'000};  // four of the daemon's signs of life
constexpr std::size_t longest_line = std::size_t{1} << 20;

}  // namespace

LineReader::LineReader(Stream& stream, const Client::OnLine& on_line, std::function<void()> on_end)
    : stream_(stream), on_line_(on_line), on_end_(std::move(on_end)) {
  parser_.body_limit(boost::none);  // the whole has no bound, its lines have
}

void LineReader::start() {
  stream_.expires_after(longest_silence);
  http::async_read_some(stream_, buffer_, parser_,
                        [this](const boost::system::error_code& error, std::size_t) { received(error); });
}

void LineReader::received(const boost::system::error_code& error) {
  bool enough = false;
  try {
    if (parser_.is_header_done()) {
      rest_ += std::exchange(parser_.get().body(), std::string());
      if (rest_.size() > longest_line && rest_.find('\n') == std::string::npos) {
        throw CommandFailure(ExitStatus::failed, "the daemon's stream has an endless line");
      }
      enough = parser_.get().result_int() < 300 && !take_lines();
    }
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

bool LineReader::take_lines() {
  std::size_t begin = 0;
  bool more = true;
  for (auto end = rest_.find('\n'); more && end != std::string::npos; end = rest_.find('\n', begin)) {
    const auto line = rest_.substr(begin, end - begin);
    begin = end + 1;
    if (!line.empty()) more = on_line_(parse_answer(line));
  }
  rest_.erase(0, begin);
  return more;
}

void LineReader::check(const std::string& socket) const {
  if (thrown_) std::rethrow_exception(thrown_);
  if (broken_) throw broken_off(socket, broken_, longest_silence);
  if (parser_.get().result_int() >= 300) checked_answer(parser_.get().result_int(), rest_);
}

}  // namespace morpheus::ctl
