#include "ctl/output.hpp"

#include <poll.h>
#include <unistd.h>

#include "ctl/render/ascii.hpp"

namespace morpheus::ctl {
namespace {

constexpr std::size_t most_pending = 64 * 1024;  // bytes

// Up to the last character that may have more bytes to come.
std::size_t whole_characters(const std::string& text) {
  std::size_t end = text.size();
  while (end > 0 && (static_cast<unsigned char>(text[end - 1]) & 0x80U) != 0) --end;
  return end;
}

}  // namespace

AsciiOutput::AsciiOutput(std::ostream& stream) : stream_(stream), below_(stream.rdbuf(this)) {}

AsciiOutput::~AsciiOutput() {
  const auto rest = to_ascii(pending_);
  below_->sputn(rest.data(), static_cast<std::streamsize>(rest.size()));
  below_->pubsync();
  stream_.rdbuf(below_);
}

int AsciiOutput::overflow(int character) {
  if (character == traits_type::eof()) return 0;
  pending_ += static_cast<char>(character);
  return character;
}

std::streamsize AsciiOutput::xsputn(const char* bytes, std::streamsize size) {
  pending_.append(bytes, static_cast<std::size_t>(size));
  return pending_.size() > most_pending && sync() != 0 ? 0 : size;
}

int AsciiOutput::sync() {
  const auto end = whole_characters(pending_);
  const auto text = to_ascii(std::string_view(pending_).substr(0, end));
  pending_.erase(0, end);
  const auto size = static_cast<std::streamsize>(text.size());
  return below_->sputn(text.data(), size) == size && below_->pubsync() == 0 ? 0 : -1;
}

void write_exactly(std::ostream& stream, const std::string& bytes) {
  auto* ascii = dynamic_cast<AsciiOutput*>(stream.rdbuf());
  if (ascii == nullptr) {
    stream << bytes;
    return;
  }
  const auto size = static_cast<std::streamsize>(bytes.size());
  stream.flush();
  if (ascii->below().sputn(bytes.data(), size) != size) stream.setstate(std::ios::badbit);
}

bool reader_is_gone() {
  pollfd out{STDOUT_FILENO, POLLOUT, 0};
  return ::poll(&out, 1, 0) == 1 && (out.revents & POLLERR) != 0;
}

}  // namespace morpheus::ctl
