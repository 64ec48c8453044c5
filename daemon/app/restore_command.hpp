#pragma once

#include <string>

#include "common/config/config.hpp"
#include "common/error.hpp"

namespace morpheus {

// `morpheusd --restore FILE`: puts the backup where `config` says that the daemon's data is, and prints what it restored and what to type
// next. An error says what is wrong; then nothing was changed, or it says what was.
Result<> run_restore(const Config& config, const std::string& file);

}  // namespace morpheus
