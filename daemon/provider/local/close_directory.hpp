#pragma once

#include <dirent.h>

namespace morpheus {

// Owns what opendir() gave, in a unique_ptr.
struct CloseDirectory {
  void operator()(DIR* directory) const { ::closedir(directory); }
};

}  // namespace morpheus
