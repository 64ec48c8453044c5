#pragma once

#include <string>
#include <string_view>

namespace morpheus::ctl {

// Columns that UTF-8 text takes in a terminal: wide characters and emoji two, combining marks none. Needs a
// UTF-8 locale (use_utf8_locale()); bytes that are no UTF-8 count one each.
int display_width(std::string_view text);

// `text` with spaces up to `width` columns, at its right or left.
std::string pad_right(std::string text, int width);
std::string pad_left(std::string text, int width);

// Sets LC_CTYPE to C.UTF-8, so that widths are known whatever the user's locale is.
void use_utf8_locale();

}  // namespace morpheus::ctl
