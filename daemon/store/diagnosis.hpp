#pragma once

#include <string>
#include <vector>

#include "common/model/finding.hpp"
#include "daemon/store/store.hpp"

namespace morpheus {

// The database at `path`: it is still the file that is open, it can be written, and its disk has room.
std::vector<Finding> diagnose_database(Store& store, const std::string& path);

}  // namespace morpheus
