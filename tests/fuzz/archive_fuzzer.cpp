#include <fuzzer/FuzzedDataProvider.h>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "common/archive/archive_reader.hpp"
#include "common/archive/entries.hpp"
#include "common/decode/text.hpp"
#include "tests/fuzz/cpu_limit.hpp"
#include "tests/fuzz/json_maker.hpp"
#include "tests/tools/raw_archive.hpp"

namespace {

using namespace morpheus;

constexpr std::array<std::string_view, 8> fields{"format", "kind", "version", "schema", "installation_id", "generation", "time", "host"};
constexpr std::array<const char*, 12> names{"manifest.json", "morpheus.db", "SHA256SUMS", "forests/oak/secrets.json", "forests/../x", "/etc/passwd",
                                            "forests/oak/../../x", "forests/oak", "", "forests/oak/.x", "./morpheus.db", "forests/elm/a"};

// Counts what is unpacked: the limit of time is for that too, since a small archive may unpack to much.
class Strict : public ArchiveContent {
 public:
  Result<> begin(const std::string& name) override {
    fuzz::expect(!open_ && check_entry(name, 0).has_value(), "only entries that a backup has are unpacked, one after another");
    fuzz::expect(name.find("..") == std::string::npos && name.front() != '/', "no name leads elsewhere");
    open_ = true;
    return {};
  }
  Result<> add(std::string_view bytes) override {
    fuzz::expect(open_, "content belongs to an entry");
    unpacked += bytes.size();
    return {};
  }
  Result<> end() override {
    fuzz::expect(open_, "what ends has begun");
    open_ = false;
    return {};
  }
  std::size_t unpacked = 0;

 private:
  bool open_ = false;
};

// How many bytes came out; most are not read to their end.
std::size_t unpack(std::string_view bytes, std::size_t piece) {
  Strict content;
  ArchiveReader reader(content);
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    const auto added = reader.add(bytes.substr(at, piece));
    if (added) continue;
    fuzz::expect(!added.error().message.empty() && clean(added.error().message, 10'000) == added.error().message, "an error can be shown");
    return content.unpacked;
  }
  const auto manifest = reader.finish();
  fuzz::expect(manifest.has_value() == reader.is_whole(), "one truth");
  if (manifest) fuzz::expect(clean(manifest->host + manifest->time + manifest->version, 10'000) == manifest->host + manifest->time + manifest->version, "texts can be shown");
  return content.unpacked;
}

void unpack_in_time(std::string_view bytes, std::size_t piece) {
  constexpr std::size_t most_a_byte = 1'032;  // that gzip unpacks one to
  const double began = fuzz::cpu_seconds();
  const auto unpacked = unpack(bytes, piece);
  const double took = fuzz::cpu_seconds() - began;
  fuzz::expect(unpacked <= bytes.size() * most_a_byte, "nothing is made up");
  const double megabytes = static_cast<double>(bytes.size() + unpacked) / 1e6;
  fuzz::expect(took <= (fuzz::floor_seconds + megabytes * fuzz::seconds_a_megabyte) * fuzz::sanitizer_factor, "work is linear in the size");
}

std::string content_of(FuzzedDataProvider& input) {
  constexpr std::size_t longest = 2'000;
  if (input.ConsumeBool()) return fuzz::make_json(input, fields);
  const auto times = input.ConsumeIntegralInRange<std::size_t>(0, 300);
  const auto piece = input.ConsumeRandomLengthString(longest);
  std::string content;
  for (std::size_t i = 0; i < times; ++i) content += piece;
  return content;
}

void add_entry(FuzzedDataProvider& input, test::RawArchive& raw) {
  const std::string name = input.PickValueInArray(names);
  switch (input.ConsumeIntegralInRange(0, 4)) {
    case 0: return raw.add_kind(input.PickValueInArray({'1', '2', '5', 'x', 'g', 'L', '7'}), name, "/etc/passwd");
    case 1: return raw.add_claiming(name, input.ConsumeIntegral<std::uint64_t>(), content_of(input));
    case 2: return raw.add_bytes(input.ConsumeRandomLengthString(1'024));
    default: return raw.add(name, content_of(input));
  }
}

// An archive whose sums and gzip hold, of entries of any kind.
std::string made_of(FuzzedDataProvider& input) {
  constexpr int most_entries = 6;
  test::RawArchive raw;
  if (input.ConsumeBool()) raw.add(entry::manifest, input.ConsumeBool() ? to_json(Manifest{}) : fuzz::make_json(input, fields));
  for (int left = input.ConsumeIntegralInRange(0, most_entries); left > 0; --left) add_entry(input, raw);
  if (input.ConsumeBool()) raw.add(entry::database, "d");
  if (input.ConsumeBool()) raw.add_sums();
  return raw.gzip();
}

}  // namespace

// An archive of any content, as it is, as the tar in a sound gzip, and as the recipe of an archive.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const std::size_t piece = size % 2 == 0 ? 100'000 : 509;
  unpack_in_time(bytes, piece);
  unpack_in_time(test::gzip_of(bytes), piece);
  FuzzedDataProvider input(data, size);
  unpack_in_time(made_of(input), piece);
  return 0;
}
