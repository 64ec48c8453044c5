#pragma once

#include <string>

#include "common/error.hpp"

namespace morpheus {

// Held as long as the object lives; the kernel lets go of it with the process, however that ends.
class LockFile {
 public:
  // conflict: another process holds it.
  static Result<LockFile> take(const std::string& path);

  LockFile(LockFile&& other) noexcept;
  LockFile& operator=(LockFile&& other) noexcept;
  ~LockFile();

 private:
  explicit LockFile(int fd) : fd_(fd) {}
  int fd_;
};

}  // namespace morpheus
