#include "ctl/download.hpp"

#include <boost/beast/http/read.hpp>
#include <utility>

#include "ctl/answer.hpp"

namespace morpheus::ctl {
namespace {

namespace http = boost::beast::http;

constexpr Millis longest_silence{10 * 60'000};  // the daemon copies its database before the first byte
constexpr std::size_t longest_refusal = std::size_t{1} << 20;

}  // namespace

Download::Download(Stream& stream, const Client::OnBytes& on_bytes) : stream_(stream), on_bytes_(on_bytes) {
  parser_.body_limit(boost::none);  // the whole has no bound, its pieces have
}

void Download::start() {
  stream_.expires_after(longest_silence);
  http::async_read_some(stream_, buffer_, parser_, [this](const boost::system::error_code& error, std::size_t) { received(error); });
}

void Download::received(const boost::system::error_code& error) {
  try {
    if (parser_.is_header_done()) {
      const auto bytes = std::exchange(parser_.get().body(), std::string());
      if (parser_.get().result_int() >= 300) {
        if (refusal_.size() < longest_refusal) refusal_ += bytes;
      } else if (!bytes.empty()) {
        on_bytes_(bytes);
      }
    }
  } catch (const std::exception&) {
    thrown_ = std::current_exception();  // check() rethrows it, outside of the loop
  }
  const bool complete = parser_.is_done();
  if (error && error != http::error::need_buffer && !complete) broken_ = error;
  if (!complete && !thrown_ && !broken_) return start();
  boost::system::error_code ignored;
  stream_.socket().close(ignored);
}

void Download::check(const std::string& socket) const {
  if (thrown_) std::rethrow_exception(thrown_);
  if (broken_) throw broken_off(socket, broken_, longest_silence);
  if (parser_.get().result_int() >= 300) checked_answer(parser_.get().result_int(), refusal_);
}

}  // namespace morpheus::ctl
