#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "common/archive/inflater.hpp"
#include "common/archive/manifest.hpp"
#include "common/archive/sha256.hpp"
#include "common/archive/tar.hpp"
#include "common/error.hpp"

namespace morpheus {

// Takes what an archive holds: the database, and the forests' files. What it returns as an error ends the reading.
class ArchiveContent {
 public:
  virtual ~ArchiveContent() = default;
  virtual Result<> begin(const std::string& name) = 0;  // of an entry that a backup may have, each once
  virtual Result<> add(std::string_view bytes) = 0;
  virtual Result<> end() = 0;
};

// Content that only is checked.
class IgnoredContent : public ArchiveContent {
 public:
  Result<> begin(const std::string&) override { return {}; }
  Result<> add(std::string_view) override { return {}; }
  Result<> end() override { return {}; }
};

// Reads an archive of a backup (tar in gzip) as its bytes come, in any pieces, and checks all that the archive itself can prove: its
// manifest first, only names and sizes that a backup has, regular files alone, every sum, its end, and nothing behind it. What is wrong
// with it is `invalid`; after an error nothing more is to be added. Memory is bounded; time is linear in what it unpacks to.
class ArchiveReader {
 public:
  explicit ArchiveReader(ArchiveContent& content) : content_(content) {}

  Result<> add(std::string_view bytes);
  // All of it has come, and is as it was when it was made.
  bool is_whole() const;
  // The same, with what was missing.
  Result<Manifest> finish() const;

 private:
  Result<> unpacked(std::string_view bytes);
  Result<std::size_t> step(std::string_view bytes);
  Result<> take_block();
  Result<> begin_entry(const TarEntry& entry);
  Result<> add_content(std::string_view bytes);
  Result<> end_entry();
  Result<> check_sums();

  ArchiveContent& content_;
  Inflater inflater_;
  std::string block_;             // a part of a header
  int zero_blocks_ = 0;           // that came in a row
  std::uint64_t tail_ = 0;        // bytes behind the end
  bool in_entry_ = false;
  std::string name_;
  std::uint64_t left_ = 0;        // of the entry's content
  std::size_t padding_ = 0;       // to be skipped behind it
  std::string kept_;              // content of manifest or sums
  std::optional<Sha256> sum_;
  std::set<std::string> names_;
  std::vector<std::string> sums_;  // lines of what came
  std::optional<Manifest> manifest_;
  bool summed_ = false;            // the sums came, and hold
};

}  // namespace morpheus
