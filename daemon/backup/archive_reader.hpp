#pragma once

#include <memory>
#include <string>

#include "common/error.hpp"

namespace morpheus {

// Reads an archive of a backup, entry by entry, from a file or a pipe. Only tar in gzip, and regular files in it. What is wrong with it
// is `invalid`.
class ArchiveReader {
 public:
  static Result<std::unique_ptr<ArchiveReader>> open(const std::string& file);
  ~ArchiveReader();
  ArchiveReader(const ArchiveReader&) = delete;
  ArchiveReader& operator=(const ArchiveReader&) = delete;

  // The next entry's name; empty: the archive has ended, and its own checks hold.
  Result<std::string> next();
  // More of the entry's content; empty: all of it has been read.
  Result<std::string> read();
  // All of it, up to `most` bytes.
  Result<std::string> read_all(std::size_t most);

 private:
  struct Work;
  explicit ArchiveReader(std::unique_ptr<Work> work);
  std::unique_ptr<Work> work_;
};

}  // namespace morpheus
