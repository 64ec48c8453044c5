#include "ctl/line_reader.hpp"

#include <utility>

#include "ctl/answer.hpp"

namespace morpheus::ctl {
namespace {

constexpr Millis longest_silence{60'000};  // four of the daemon's signs of life
constexpr std::size_t longest_line = std::size_t{1} << 20;

}  // namespace

LineReader::LineReader(Stream& stream, const Client::OnLine& on_line, std::function<void()> on_end)
    : on_line_(on_line),
      reader_(stream, longest_silence, [this](const std::string& bytes) { return take(bytes); }, std::move(on_end)) {}

bool LineReader::take(const std::string& bytes) {
  rest_ += bytes;
  if (rest_.size() > longest_line && rest_.find('\n') == std::string::npos) {
    throw CommandFailure(ExitStatus::failed, "the daemon's stream has an endless line");
  }
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

}  // namespace morpheus::ctl
