#pragma once

#include <string>

#include "common/error.hpp"
#include "daemon/runtime/descriptor.hpp"

namespace morpheus {

// The bytes of an archive, from a file or a pipe.
class ArchiveFile {
 public:
  // invalid: it cannot be opened.
  static Result<ArchiveFile> open(const std::string& path);

  // The next bytes; empty: there are no more. invalid: it cannot be read.
  Result<std::string> read();

 private:
  explicit ArchiveFile(Descriptor descriptor) : descriptor_(std::move(descriptor)) {}
  Descriptor descriptor_;
};

}  // namespace morpheus
