#include "ctl/download.hpp"

#include <utility>

namespace morpheus::ctl {
namespace {

constexpr Millis longest_silence{10 * 60'000};  // the daemon copies its database before the first byte

AnswerReader::OnPiece never_enough(const Client::OnBytes& on_bytes) {
  return [&on_bytes](const std::string& bytes) {
    on_bytes(bytes);
    return true;
  };
}

}  // namespace

Download::Download(Stream& stream, const Client::OnBytes& on_bytes, std::function<void()> on_end)
    : reader_(stream, longest_silence, never_enough(on_bytes), std::move(on_end)) {}

}  // namespace morpheus::ctl
