#pragma once

#include <fstream>
#include <map>
#include <string>

#include "common/error.hpp"
#include "tests/tools/forest_tool/stored_message.hpp"

namespace morpheus {

// What was acknowledged, one "<number> <hash>" a line. A last line without its end was never written in full,
// and does not count.
Result<std::map<std::uint64_t, std::string>> read_acked(const std::string& path);

// Adds to such a file; each line is on its way to the disk when append() returns.
class AckedFile {
 public:
  explicit AckedFile(const std::string& path);  // std::runtime_error if it cannot be written
  void append(const StoredMessage& message);

 private:
  std::string path_;
  std::ofstream out_;
};

}  // namespace morpheus
