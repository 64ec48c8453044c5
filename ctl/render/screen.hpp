#pragma once

#include <cstddef>
#include <string>

namespace morpheus::ctl {

// How much of a terminal there is.
struct ScreenSize {
  std::size_t rows = 0;
  std::size_t columns = 0;
  std::string ellipsis = "…";  // what stands for the end of a line that is cut
};

// What is shown of something that may be higher than the terminal.
struct Screen {
  std::string head;   // always
  std::string table;  // the first table_head lines always, of the rest as many as fit, and how many more there are
  std::size_t table_head = 0;
  std::string tail;  // as far as it fits
};

// How many lines of the table fit; all of them, or one less than there is room for: the last says how many more there are.
std::size_t table_rows(const Screen& screen, const ScreenSize& size);

// The lines that fit, each cut to the terminal's width. The cursor's line below them is one of its rows.
std::string fit(const Screen& screen, const ScreenSize& size);

// `line` in at most `columns`; its colours take none.
std::string cut(const std::string& line, std::size_t columns, const std::string& ellipsis);

}  // namespace morpheus::ctl
