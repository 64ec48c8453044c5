#include "common/model/path_name.hpp"

#include <gtest/gtest.h>

namespace morpheus {
namespace {

TEST(PathName, ANameIsOneStepDown) {
  for (const char* name : {"oak", "oak-node-1", "a", "127.16.0.1", "A_b.c"}) {
    EXPECT_TRUE(check_path_name(name)) << name;
    EXPECT_EQ(path_below("/state/local", name), std::string("/state/local/") + name);
  }
}

TEST(PathName, WhatLeadsElsewhereIsRefusedAndThrown) {
  using namespace std::string_literals;
  for (const auto& name : {""s, "."s, ".."s, "../x"s, "/etc"s, "a/b"s, "a/"s, ".hidden"s, "a\0b"s, "a b"s, "\x1b[2J"s, "o\xFC"s, "a\\b"s, std::string(129, 'a')}) {
    const auto checked = check_path_name(name);
    ASSERT_FALSE(checked) << name;
    EXPECT_EQ(checked.error().message.find('\x1b'), std::string::npos);
    EXPECT_THROW(path_below("/state", name), std::invalid_argument) << name;
  }
}

}  // namespace
}  // namespace morpheus
