#include "tests/tools/temp_dir.hpp"

#include <stdlib.h>

#include <cerrno>
#include <iostream>
#include <string>
#include <system_error>

namespace morpheus {

TempDir::TempDir() {
  std::string name = (std::filesystem::temp_directory_path() / "morpheus-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw std::system_error(errno, std::generic_category(), name);
  path_ = name;
}

TempDir::~TempDir() {
  std::error_code error;
  std::filesystem::remove_all(path_, error);
  if (error) std::cerr << path_ << " is left behind: " << error.message() << '\n';
}

}  // namespace morpheus
