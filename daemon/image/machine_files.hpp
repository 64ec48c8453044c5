#pragma once

#include <span>
#include <string_view>

namespace morpheus {

// A file of daemon/image/machine/, which is laid out as a node's machine is.
struct MachineFile {
  std::string_view path;  // on the machine
  std::string_view content;
};

// All of them, in order of path.
std::span<const MachineFile> machine_files();

}  // namespace morpheus
