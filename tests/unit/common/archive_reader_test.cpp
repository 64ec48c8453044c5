#include "common/archive/archive_reader.hpp"

#include <gmock/gmock.h>

#include "common/archive/entries.hpp"
#include "tests/tools/raw_archive.hpp"

namespace morpheus {
namespace {

using test::RawArchive;
using testing::HasSubstr;

std::string sound_manifest() { return to_json(Manifest{}); }

RawArchive sound() {
  RawArchive raw;
  raw.add(entry::manifest, sound_manifest());
  raw.add("forests/oak/secrets.json", "{}");
  raw.add(entry::database, std::string(3'000, 'd'));
  raw.add_sums();
  return raw;
}

// Begun as a backup is, for what is to follow.
RawArchive begun() {
  RawArchive raw;
  raw.add(entry::manifest, sound_manifest());
  return raw;
}

// What is wrong with it; empty: it is whole.
std::string fault_of(std::string_view bytes, std::size_t piece = 100'000) {
  IgnoredContent content;
  ArchiveReader reader(content);
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    const auto added = reader.add(bytes.substr(at, piece));
    if (!added) return added.error().message;
  }
  const auto whole = reader.finish();
  return whole ? "" : whole.error().message;
}

TEST(ArchiveReader, TakesAnArchiveInAnyPieces) {
  const auto bytes = sound().gzip();
  for (const std::size_t piece : {1, 7, 511, 512, 513, 100'000}) EXPECT_EQ(fault_of(bytes, piece), "") << piece;
}

TEST(ArchiveReader, NoneIsWholeBeforeItsLastByte) {
  const auto bytes = sound().gzip();
  IgnoredContent content;
  ArchiveReader reader(content);
  for (const char byte : bytes) {
    EXPECT_FALSE(reader.is_whole());
    ASSERT_TRUE(reader.add({&byte, 1}));
  }
  EXPECT_TRUE(reader.is_whole());
  EXPECT_NE(fault_of(""), "") << "nothing at all";
}

TEST(ArchiveReader, ATarThatIsCutOffInsideOfASoundGzipIsNotWhole) {
  const auto tar = sound().tar();
  for (std::size_t size = 0; size < tar.size(); size += 257) EXPECT_NE(fault_of(test::gzip_of(tar.substr(0, size))), "") << size;
  EXPECT_NE(fault_of(test::gzip_of(tar.substr(0, tar.size() - 1))), "") << "half of its end";
}

TEST(ArchiveReader, NothingFollowsTheEnd) {
  const auto whole = sound();
  EXPECT_THAT(fault_of(whole.gzip() + "x"), HasSubstr("something follows its end"));
  EXPECT_THAT(fault_of(whole.gzip() + whole.gzip()), HasSubstr("something follows its end"));
  EXPECT_THAT(fault_of(test::gzip_of(whole.tar() + "x")), HasSubstr("something follows its end"));
  EXPECT_EQ(fault_of(test::gzip_of(whole.tar() + std::string(9'216, '\0'))), "") << "as tar fills up its records";
  EXPECT_THAT(fault_of(test::gzip_of(whole.tar() + std::string(5'000'000, '\0'))), HasSubstr("something follows its end"));
  auto more = sound();
  more.add("forests/oak/more", "x");
  EXPECT_THAT(fault_of(more.gzip()), HasSubstr("does not belong into it"));
}

TEST(ArchiveReader, OnlyRegularFilesAreTaken) {
  for (const char kind : {'1', '2', '3', '4', '5', '6', '7', 'x', 'g', 'L', 'K', 'S'}) {
    auto raw = begun();
    raw.add_kind(kind, "forests/oak/secrets.json", "/etc/passwd");
    EXPECT_THAT(fault_of(raw.gzip()), HasSubstr("no regular file")) << kind;
  }
}

TEST(ArchiveReader, OnlyNamesAndSizesThatABackupHas) {
  for (const char* name : {"../evil", "/etc/evil", "forests/../evil", "forests/oak/../../evil", "forests/oak/.hidden", "forests/..", "forests//x",
                           "forests/oak", "forests/oak/a/b", "other.db", "forests/OAK/x", "forests/oak/a\nb", "./morpheus.db"}) {
    auto raw = begun();
    raw.add(name, "x");
    EXPECT_THAT(fault_of(raw.gzip()), HasSubstr("does not belong into it")) << name;
  }
  for (const auto& [name, size] : {std::pair{"forests/oak/secrets.json", archive_bounds::secret + 1}, {entry::database, archive_bounds::database + 1},
                                   {entry::sums, archive_bounds::sums + 1}}) {
    auto raw = begun();
    raw.add_claiming(name, size, "x");
    EXPECT_THAT(fault_of(raw.gzip()), HasSubstr("larger than")) << name;
  }
  RawArchive large;
  large.add(entry::manifest, std::string(archive_bounds::manifest + 1, ' '));
  EXPECT_THAT(fault_of(large.gzip()), HasSubstr("larger than"));
}

TEST(ArchiveReader, ASecondManifestOrDatabaseIsRefused) {
  auto raw = begun();
  raw.add(entry::database, "1");
  raw.add(entry::database, "2");
  EXPECT_THAT(fault_of(raw.gzip()), HasSubstr("in it twice"));
  auto again = begun();
  again.add(entry::manifest, sound_manifest());
  EXPECT_THAT(fault_of(again.gzip()), HasSubstr("in it twice"));
  RawArchive late;
  late.add(entry::database, "1");
  EXPECT_THAT(fault_of(late.gzip()), HasSubstr("does not begin with a manifest"));
}

TEST(ArchiveReader, SumsThatDisagreeAreFound) {
  RawArchive raw;
  raw.add(entry::manifest, sound_manifest());
  raw.add_claiming("forests/oak/secrets.json", 2, "{}");  // without a sum
  raw.add(entry::database, "d");
  raw.add_sums();
  EXPECT_THAT(fault_of(raw.gzip()), HasSubstr("not what its checksums say"));
  auto tar = sound().tar();
  tar[tar.find("ddd")] = 'e';
  EXPECT_THAT(fault_of(test::gzip_of(tar)), HasSubstr("not what its checksums say"));
  auto none = begun();
  none.add(entry::database, "d");
  none.add_claiming(entry::sums, 0, "");
  EXPECT_THAT(fault_of(none.gzip()), HasSubstr("not what its checksums say"));
}

TEST(ArchiveReader, AManifestIsDecodedAndItsTextsAreCleaned) {
  for (const char* text : {"", "{}", "[]", "null", "{\"format\":1}", R"({"format":"1","version":"x"})", R"({"format":-1,"version":"x"})",
                           R"({"format":0,"version":"x"})", "{\"format\":1,\"version\":\"\xFF\"}"}) {
    RawArchive raw;
    raw.add(entry::manifest, text);
    EXPECT_THAT(fault_of(raw.gzip()), HasSubstr("its manifest is not understood")) << text;
  }
  Manifest hostile;
  hostile.host = "\x1b[2J\x1b]0;x\x07" + std::string(10'000, 'h');
  hostile.version = "1\n<0>forged";
  hostile.time = "\xE2\x80\xAEgnol";
  const auto read = parse_manifest(to_json(hostile));
  ASSERT_TRUE(read) << describe(read.error());
  EXPECT_THAT(read->host, testing::StartsWith("?[2J?]0;x?hhh"));
  EXPECT_LE(read->host.size(), 128U);
  EXPECT_EQ(read->version, "1?<0>forged");
  EXPECT_EQ(read->time, "?gnol");
}

TEST(ArchiveReader, ADamagedHeaderIsFound) {
  const auto tar = sound().tar();
  for (std::size_t at = 0; at < tar_block; ++at) {
    auto damaged = tar;
    damaged[at] = static_cast<char>(damaged[at] ^ 1);
    EXPECT_NE(fault_of(test::gzip_of(damaged)), "") << at;
  }
}

}  // namespace
}  // namespace morpheus
