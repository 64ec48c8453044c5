#include <fuzzer/FuzzedDataProvider.h>

#include <string>

#include "daemon/image/nats_conf.hpp"
#include "tests/fuzz/expect.hpp"

namespace {

using namespace morpheus;

// Takes one text after the other: from the fuzzer, or always "x".
class Texts {
 public:
  explicit Texts(FuzzedDataProvider* input) : input_(input) {}
  std::string next() {
    constexpr std::size_t longest = 64;
    std::string text = input_ ? input_->ConsumeRandomLengthString(longest) : "x";
    return text.empty() ? "x" : text;
  }

 private:
  FuzzedDataProvider* input_;
};

NodeSpec spec_of(Texts texts, bool core, int routes) {
  NodeSpec spec;
  spec.forest = texts.next();
  spec.node = texts.next();
  spec.server_name = texts.next();
  spec.address = texts.next();
  spec.role = core ? NodeRole::core : NodeRole::edge;
  for (int i = 0; i < routes; ++i) spec.routes.push_back({texts.next()});
  spec.secrets = {texts.next(), texts.next(), texts.next(), texts.next()};
  return spec;
}

// The configuration without what stands in its quotes: its structure.
std::string structure_of(const std::string& conf) {
  std::string outside;
  bool quoted = false;
  for (std::size_t i = 0; i < conf.size(); ++i) {
    if (quoted && conf[i] == '\\') {
      ++i;
    } else if (conf[i] == '"') {
      quoted = !quoted;
    } else if (!quoted) {
      outside += conf[i];
    } else {
      fuzz::expect(static_cast<unsigned char>(conf[i]) >= 0x20, "no control character in a string");
    }
  }
  fuzz::expect(!quoted, "every string ends");
  return outside;
}

}  // namespace

// Names, addresses and secrets of any content never leave their quotes: the structure is that of harmless ones.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  FuzzedDataProvider input(data, size);
  const bool core = input.ConsumeBool();
  const int routes = input.ConsumeIntegralInRange(0, 5);
  const NodePaths paths{input.ConsumeRandomLengthString(64), input.ConsumeRandomLengthString(64)};
  const auto hostile = spec_of(Texts(&input), core, routes);
  const auto harmless = spec_of(Texts(nullptr), core, routes);
  fuzz::expect(structure_of(render_nats_conf(hostile, paths)) == structure_of(render_nats_conf(harmless, {"x", "x"})),
               "nats.conf keeps its structure");
  fuzz::expect(structure_of(render_witness_conf(hostile, paths)) == structure_of(render_witness_conf(harmless, {"x", "x"})),
               "the witness's nats.conf keeps its structure");
  return 0;
}
