#pragma once

#include <string>
#include <string_view>

namespace morpheus::ctl {

// UTF-8 in ASCII, for a terminal that shows nothing else: bars, signs and ellipses as characters like them, any other as '?' in each of its
// columns.
std::string to_ascii(std::string_view text);

// Whether the environment's locale shows UTF-8. Where none is set it does: there is no terminal left that does not, unless somebody says so.
// To be asked before use_utf8_locale().
bool user_reads_utf8();

}  // namespace morpheus::ctl
