#include "common/archive/archive_writer.hpp"

#include <gmock/gmock.h>

#include "common/archive/archive_reader.hpp"
#include "common/archive/entries.hpp"

namespace morpheus {
namespace {

// How many bytes of the database came, of an archive that is whole.
class Counted : public ArchiveContent {
 public:
  Result<> begin(const std::string&) override { return {}; }
  Result<> add(std::string_view bytes) override {
    count += bytes.size();
    return {};
  }
  Result<> end() override { return {}; }
  std::uint64_t count = 0;
};

TEST(ArchiveWriter, ALongRunOfZeroesIsHeldBackForAWhileAndNotLost) {
  constexpr std::size_t piece = 64 * 1024;
  constexpr int pieces = 2'000;
  ArchiveWriter writer;
  Counted counted;
  ArchiveReader reader(counted);
  writer.whole(entry::manifest, to_json(Manifest{}), 0);
  writer.begin(entry::database, piece * pieces, 0);
  int nothing_yet = 0;
  for (int i = 0; i < pieces; ++i) {
    writer.add(std::string(piece, '\0'));
    const auto packed = writer.take();
    if (packed.empty()) ++nothing_yet;
    ASSERT_TRUE(reader.add(packed));
  }
  EXPECT_GT(nothing_yet, pieces / 2);
  writer.end();
  writer.finish(0);
  ASSERT_TRUE(reader.add(writer.take()));
  EXPECT_TRUE(reader.is_whole());
  EXPECT_EQ(counted.count, piece * pieces);
}

TEST(ArchiveWriter, WhatCouldNotBeRestoredIsNotWritten) {
  ArchiveWriter writer;
  EXPECT_THROW(writer.whole("forests/../x", "", 0), std::runtime_error);
  EXPECT_THROW(writer.begin(entry::database, archive_bounds::database + 1, 0), std::runtime_error);
  EXPECT_THROW(writer.whole("forests/oak/x", std::string(archive_bounds::secret + 1, 'x'), 0), std::runtime_error);
}

TEST(ArchiveWriter, AFileThatGrowsOrShrinksMeanwhileIsAnError) {
  ArchiveWriter writer;
  writer.begin(entry::database, 2, 0);
  EXPECT_THROW(writer.add("xxx"), std::runtime_error);
  ArchiveWriter other;
  other.begin(entry::database, 2, 0);
  other.add("x");
  EXPECT_THROW(other.end(), std::runtime_error);
}

TEST(ArchiveWriter, ADatabaseOfMoreThanEightGibibytesHasAHeader) {
  const std::uint64_t size = (std::uint64_t{9} << 30) + 1;
  const auto read = read_tar_header(tar_header({entry::database, size}, 1'800'000'000));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->size, size);
}

}  // namespace
}  // namespace morpheus
