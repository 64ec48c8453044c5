#include "ctl/render/table.hpp"

#include <algorithm>

#include "ctl/render/width.hpp"

namespace morpheus::ctl {

std::string render_table(const std::vector<std::vector<std::string>>& rows, const std::string& indent,
                         const std::vector<int>& least) {
  std::vector<int> widths = least;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], display_width(row[i]));
  }
  std::string out;
  for (const auto& row : rows) {
    std::string line = indent;
    for (std::size_t i = 0; i < row.size(); ++i) line += pad_right(row[i], widths[i]) + "  ";
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + "\n";
  }
  return out;
}

}  // namespace morpheus::ctl
