#pragma once

#include <gtest/gtest.h>

#include <string>

#include "common/config/load.hpp"

namespace morpheus {

// "section.key" and a value, as a file.
inline std::string file_with(const std::string& key, const std::string& value) {
  const auto dot = key.find('.');
  return key.substr(0, dot) + ":\n  " + key.substr(dot + 1) + ": " + value + "\n";
}

inline Config accepted(const std::string& text) {
  const auto report = parse_config(text);
  EXPECT_TRUE(report.config) << text << format_errors("FILE", report.errors);
  return report.config.value_or(Config{});
}

// All errors as an operator reads them.
inline std::string refused(const std::string& text) {
  const auto report = parse_config(text);
  EXPECT_FALSE(report.config) << text;
  EXPECT_FALSE(report.errors.empty()) << text;
  return format_errors("FILE", report.errors);
}

}  // namespace morpheus
