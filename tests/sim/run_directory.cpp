#include "tests/sim/run_directory.hpp"

#include <stdlib.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

namespace morpheus::sim {

RunDirectory::RunDirectory() {
  const std::filesystem::path memory = "/dev/shm";
  std::error_code none;
  const auto base = std::filesystem::is_directory(memory, none) ? memory : std::filesystem::temp_directory_path();
  path_ = (base / "morpheus-sim-XXXXXX").string();
  if (!::mkdtemp(path_.data())) throw std::system_error(errno, std::generic_category(), path_);
}

RunDirectory::~RunDirectory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace morpheus::sim
