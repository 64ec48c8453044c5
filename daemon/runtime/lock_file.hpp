#pragma once

#include <string>

#include "common/error.hpp"

namespace morpheus {

// Held as long as the object lives; the kernel lets go of it with the process, however that ends.
class LockFile {
 public:
  // Creates the file `path` if need be and locks it. conflict: another morpheusd has `what`, which the key of the
  // configuration names, e.g. "daemon.database".
  static Result<LockFile> take(const std::string& path, const std::string& what, const std::string& key);

  LockFile(LockFile&& other) noexcept;
  LockFile& operator=(LockFile&& other) noexcept;
  ~LockFile();

 private:
  explicit LockFile(int fd) : fd_(fd) {}
  int fd_;
};

}  // namespace morpheus
