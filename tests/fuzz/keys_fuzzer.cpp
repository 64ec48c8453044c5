#include <fuzzer/FuzzedDataProvider.h>

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

#include "daemon/provider/hetzner/resource/ssh_keys.hpp"
#include "daemon/runtime/ids.hpp"
#include "daemon/secrets/certificates.hpp"
#include "tests/fuzz/cpu_limit.hpp"

namespace {

using namespace morpheus;

// A sound authority, made once.
const KeyPair& authority(Ids& ids) {
  static const KeyPair made = make_authority("oak", WallTime{}, ids);
  return made;
}

// Some bytes of a sound text are overwritten, so that most of its form stays.
std::string damaged(FuzzedDataProvider& input, std::string text) {
  constexpr int most = 4;
  for (int left = input.ConsumeIntegralInRange(0, most); left > 0 && !text.empty(); --left) {
    const auto at = input.ConsumeIntegralInRange<std::size_t>(0, text.size() - 1);
    text.replace(at, input.ConsumeIntegralInRange<std::size_t>(0, 8), input.ConsumeRandomLengthString(64));
  }
  return text;
}

// Either a certificate, or std::runtime_error.
void issue(const KeyPair& issuer, const Subject& subject, Ids& ids) {
  try {
    const auto issued = issue_certificate(issuer, subject, WallTime{}, ids);
    fuzz::expect(issued.certificate.starts_with("-----BEGIN CERTIFICATE-----"), "what is issued is a certificate");
  } catch (const std::runtime_error& error) {
    fuzz::expect(error.what()[0] != '\0', "an error says what is wrong");
  }
}

void take_fingerprint(const std::string& key) {
  constexpr std::size_t length = 47;  // sixteen bytes, with colons
  const auto fingerprint = hetzner::md5_fingerprint(key);
  fuzz::expect(!fingerprint || fingerprint->size() == length, "a fingerprint is one");
}

}  // namespace

// Keys of any content: an SSH key as the operator gives it, and what a forest's secrets hold of its authority.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static SystemIds ids;
  const std::string text(reinterpret_cast<const char*>(data), size);
  FuzzedDataProvider input(data, size);
  const KeyPair& sound = authority(ids);
  fuzz::within_limit(2 * text.size(), [&] {
    take_fingerprint(text);
    take_fingerprint("ssh-ed25519 " + text);
  });
  fuzz::within_limit(3 * text.size(), [&] {
    issue({text, sound.key}, {"oak-node-1", {"oak"}, {}}, ids);
    issue({damaged(input, sound.certificate), damaged(input, sound.key)}, {"oak-node-1", {"oak"}, {}}, ids);
    issue(sound, {input.ConsumeRandomLengthString(100), {input.ConsumeRandomLengthString(100)}, {input.ConsumeRandomLengthString(40)}}, ids);
  });
  return 0;
}
