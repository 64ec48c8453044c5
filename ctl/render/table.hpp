#pragma once

#include <string>
#include <vector>

namespace morpheus::ctl {

// Rows of cells, each column as wide as its widest cell (or its entry in `least`, in columns of the
// terminal), two spaces between, no spaces at a line's end. A head is the first row.
std::string render_table(const std::vector<std::vector<std::string>>& rows, const std::string& indent = "",
                         const std::vector<int>& least = {});

}  // namespace morpheus::ctl
