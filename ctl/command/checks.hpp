#pragma once

#include <CLI/CLI.hpp>

namespace morpheus::ctl {

// Refuses an empty value: a shell's variable that is not set must not come to mean "the only forest".
CLI::Validator is_named();

// Takes an operation's id as it is shown, "#4", too.
CLI::Validator is_operation_id();

// A number from `least` to `most`; NaN is none.
CLI::Validator is_within(double least, double most);

}  // namespace morpheus::ctl
