#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "common/config/keys.hpp"
#include "common/config/load.hpp"

namespace morpheus {
namespace {

const std::string path = std::string(MORPHEUS_SOURCE_DIR) + "/etc/morpheusd.yaml";

TEST(DefaultFile, HoldsTheDefaults) {
  const auto report = load_config(path);
  ASSERT_TRUE(report.config) << format_errors(path, report.errors);
  const Config defaults;
  for (const Key& key : config_keys()) EXPECT_EQ(key.get(*report.config), key.get(defaults)) << key.name;
}

// The comment above each key, by its dotted name; a key that is commented out counts.
std::string comment_of(std::string_view wanted) {
  std::ifstream in(path);
  std::string line;
  std::string section;
  std::string comment;
  while (std::getline(in, line)) {
    const auto first = line.find_first_not_of(' ');
    if (first == std::string::npos) continue;
    const bool commented_out =
        line.compare(first, 1, "#") == 0 && line.compare(first, 2, "# ") != 0 && line.size() > first + 1;
    if (line[first] == '#' && !commented_out) {
      comment += line.substr(first + 1);
      continue;
    }
    const auto start = first + (commented_out ? 1 : 0);
    const auto name = line.substr(start, line.find(':') - start);
    if (first == 0) {
      section = name;
    } else if (section + "." + name == wanted) {
      return comment;
    }
    comment.clear();
  }
  return "no such key in the file";
}

TEST(DefaultFile, ExplainsEveryKeyWithItsRangeDefaultAndNeedOfARestart) {
  const Config defaults;
  for (const Key& key : config_keys()) {
    const auto comment = comment_of(key.name);
    const auto value = key.get(defaults);
    const auto expected = value.empty() ? "Default" : "Default " + value;
    EXPECT_THAT(comment, testing::HasSubstr(expected)) << key.name;
    EXPECT_THAT(comment, testing::HasSubstr(key.range)) << key.name;
    EXPECT_EQ(comment.find("restart") != std::string::npos, key.restart) << key.name << ": " << comment;
  }
}

TEST(KeyTable, DescribesEveryKeyOnce) {
  std::vector<std::string_view> names;
  for (const Key& key : config_keys()) {
    EXPECT_EQ(std::ranges::count(key.name, '.'), 1) << key.name;
    EXPECT_FALSE(key.kind.empty()) << key.name;
    EXPECT_FALSE(key.text.empty()) << key.name;
    names.push_back(key.name);
  }
  const auto unique = std::set(names.begin(), names.end());
  EXPECT_EQ(unique.size(), names.size());
}

}  // namespace
}  // namespace morpheus
