#pragma once

#include <CLI/CLI.hpp>
#include <span>
#include <string>
#include <string_view>

#include "common/config/keys.hpp"

namespace morpheus::ctl {

// Parts of manual pages, as scdoc(5) reads them.

// Literal text: nothing in it is markup.
std::string scdoc_text(std::string_view text);

// A paragraph for each flag of `app` that is its own.
std::string scdoc_flags(const CLI::App& app);

// A paragraph for each command, with its words and flags.
std::string scdoc_commands(const CLI::App& app);

// A heading for each section, and a paragraph for each key: what to write, what it means, its default.
std::string scdoc_keys(std::span<const Key> keys);

}  // namespace morpheus::ctl
