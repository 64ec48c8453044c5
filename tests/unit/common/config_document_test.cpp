#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "common/config/keys.hpp"
#include "common/config/nearest.hpp"
#include "tests/unit/common/config_check.hpp"

namespace morpheus {
namespace {

using testing::HasSubstr;

TEST(ConfigText, WithoutAnyKeyHasAllDefaults) {
  const Config defaults;
  for (const char* text : {"", "\n\n", "# only a comment\n", "---\n", "growth:\n", "growth: {}\n",
                           "\xef\xbb\xbf# marked\n", "---\n...\n"}) {
    const auto config = accepted(text);
    for (const Key& key : config_keys()) EXPECT_EQ(key.get(config), key.get(defaults)) << text;
  }
}

TEST(ConfigText, MayQuoteItsValues) {
  EXPECT_EQ(accepted("daemon: {socket: \"/a\\\"b\"}").daemon.socket, "/a\"b");
  EXPECT_EQ(accepted("# \xc3\xbc\ndaemon:\n  socket: '/a''b'").daemon.socket, "/a'b");
}

TEST(ConfigText, MayHaveTheLineEndsOfWindows) {
  EXPECT_EQ(accepted("growth:\r\n  max_nodes: 4\r\n").growth.max_nodes, 4);
}

TEST(ConfigText, SaysEverythingThatIsWrongAtOnceWithItsPlace) {
  const auto report = parse_config(
      "growth:\n"
      "  max_nodez: 3\n"
      "  threshold_cpu: 300\n"
      "monitor:\n"
      "  poll_interval: fast\n"
      "wood: 7\n");
  EXPECT_FALSE(report.config);
  EXPECT_EQ(format_errors("/etc/m.yaml", report.errors),
            "/etc/m.yaml:2:3: growth.max_nodez: no such key; did you mean growth.max_nodes?\n"
            "/etc/m.yaml:3:18: growth.threshold_cpu: 300 is out of range: use 1 to 100\n"
            "/etc/m.yaml:5:18: monitor.poll_interval: \"fast\" is not a time: write it like 500ms, 10s, 2min "
            "or 1h\n"
            "/etc/m.yaml:6:1: wood: no such key; the sections are daemon, monitor, growth, jetstream, "
            "integration, local, "
            "hetzner, security, metrics\n");
}

TEST(ConfigText, NamesTheNearestKeyForAMisspeltOne) {
  const std::vector<std::pair<std::string, std::string>> table{
      {"growth: {treshold_cpu: 80}", "did you mean growth.threshold_cpu?"},
      {"growth: {enable: true}", "did you mean growth.enabled?"},
      {"growht: {max_nodes: 3}", "growht.max_nodes: no such key; did you mean growth.max_nodes?"},
      {"growht: {}", "growht: no such key; did you mean growth?"},
      {"growht:", "growht: no such key; did you mean growth?"},
      {"max_nodes: 3", "did you mean growth.max_nodes?"},
      {"monitor: {max_nodes: 3}", "did you mean growth.max_nodes?"},
      {"monitor: {poll-interval: 3s}", "did you mean monitor.poll_interval?"},
      {"jetstream: {core_ndoes: 3}", "did you mean jetstream.core_nodes?"},
      {"local: {quite_another_thing: 3}", "local has nats_server, cores, memory_mb"},
      {"growth: {Enabled: true}", "did you mean growth.enabled?"}};
  for (const auto& [text, says] : table) EXPECT_THAT(refused(text), HasSubstr(says)) << text;
}

TEST(ConfigText, EditDistanceCountsSwappedNeighboursOnce) {
  EXPECT_EQ(edit_distance("", ""), 0U);
  EXPECT_EQ(edit_distance("abc", ""), 3U);
  EXPECT_EQ(edit_distance("", "abc"), 3U);
  EXPECT_EQ(edit_distance("nodes", "ndoes"), 1U);
  EXPECT_EQ(edit_distance("nodes", "node"), 1U);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3U);
}

struct Refusal {
  std::string text;
  std::string says;
};

TEST(ConfigText, WhatIsNoPlainMapOfSectionsIsRefused) {
  const std::vector<Refusal> table{
      {"growth:\n  max_nodes: 3\n  max_nodes: 4\n",
       "FILE:3:3: growth.max_nodes: is given twice, first in line 2"},
      {"growth:\n  max_nodes: 3\ngrowth:\n  enabled: true\n",
       "FILE:3:1: growth: is given twice, first in line 1"},
      {"growth:\n\tmax_nodes: 3\n", "FILE:2:1: a tab: YAML is indented with spaces"},
      {"growth:\n  \t max_nodes: 3\n", "FILE:2:3: a tab"},
      {"hetzner:\n  ssh_keys: [\"ssh-ed25519 AAAA M\xfcller\"]\n", "FILE:2:33: is not UTF-8 (byte 0xfc)"},
      {"# M\xfcller\ngrowth:\n  max_nodes: 3\n", "FILE:1:4: is not UTF-8 (byte 0xfc)"},
      {"# \xc3\xbc \xe2\x82\xac \xed\xa0\x80\n", "FILE:1:7: is not UTF-8 (byte 0xed)"},
      {"growth:\n  max_nodes: 3 # \xc3", "FILE:2:18: is not UTF-8 (byte 0xc3)"},
      {"\xff\xfeg", "FILE:1:1: is not UTF-8 (byte 0xff)"},
      {"growth: &g\n  max_nodes: 3\n", "an anchor (&) is not understood"},
      {"growth:\n  max_nodes: &n 3\n", "an anchor (&) is not understood"},
      {"growth:\n  max_nodes: &n 3\n  settle_seconds: *n\n",
       "FILE:3:19: growth.settle_seconds: an alias (*) is not understood"},
      {"growth: {max_nodes: 3}\n---\ngrowth: {max_nodes: 4}\n", "a second document begins"},
      {"--- {}\n--- {}\n", "a second document begins"},
      {"just words\n", "is not a map of keys"},
      {"- growth\n- monitor\n", "is a list; write \"section:\""},
      {"growth: 3\n", "FILE:1:1: growth: is a section: write its keys below it, indented"},
      {"growth: [max_nodes]\n", "growth: is a section"},
      {"growth.max_nodes: 3\n", "write the section on a line of its own"},
      {"? {a: b}\n: c\n", "a key is one word"},
      {"? [a]\n: c\n", "a key is one word"},
      {"growth:\n  ? [a]\n  : {b: c}\n", "a key is one word"},
      {"security:\n  admin_cidrs: [[10.0.0.0/8]]\n", "security.admin_cidrs: an item of a list is one value"},
      {"security:\n  admin_cidrs: [{a: b}]\n", "security.admin_cidrs: an item of a list is one value"},
      {"growth: {max_nodes: 3\n", "is not YAML"},
      {"growth:\n max_nodes: 3\n  enabled: true\n", "is not YAML"},
      {"daemon:\n  socket: \"/x\n  log_level: info\n",
       "FILE:2:11: daemon.socket: the quote is not closed on this line"},
      {": 3\n", "no such key"},
      {"growth:\n  <<: {max_nodes: 3}\n", "growth.<<: no such key"},
      {std::string("growth:\0", 8), "holds a zero byte"}};
  for (const auto& row : table) EXPECT_THAT(refused(row.text), HasSubstr(row.says)) << row.text;
}

TEST(ConfigText, WhatIsSoundBesideAStructuralErrorIsCheckedToo) {
  const auto errors = refused(
      "growth:\n  max_nodes: {deep: [1, {a: b}]}\n  enabled: maybe\nmonitor:\n  timeout: &a 1\n  "
      "host_metrics: no\n");
  EXPECT_THAT(errors, HasSubstr("FILE:2:3: growth.max_nodes: must be one value"));
  EXPECT_THAT(errors, HasSubstr("growth.enabled: \"maybe\""));
  EXPECT_THAT(errors, HasSubstr("FILE:5:12: monitor.timeout: an anchor"));
  EXPECT_THAT(errors, HasSubstr("monitor.host_metrics: \"no\""));
}

TEST(ConfigText, OfMoreThanAMebibyteIsRefused) {
  EXPECT_THAT(refused("#" + std::string(std::size_t{1} << 20, 'x')), HasSubstr("larger than 1 MiB"));
}

TEST(ConfigText, ThatIsHostileIsRefusedWithABoundedAnswer) {
  std::string laughs = "a: &a [x,x,x,x,x,x,x,x,x]\n";
  for (char name = 'b'; name < 'z'; ++name) {
    const char last = static_cast<char>(name - 1);
    laughs += std::string(1, name) + ": &" + name + " [";
    for (int i = 0; i < 9; ++i) laughs += std::string(i > 0 ? ",*" : "*") + last;
    laughs += "]\n";
  }
  refused(laughs);
  refused(std::string(500'000, '['));
  refused(std::string(500'000, '{'));
  std::string many = "growth:\n";
  for (int i = 0; i < 20'000; ++i) many += "  k" + std::to_string(i) + ": 1\n";
  const auto report = parse_config(many);
  EXPECT_EQ(report.errors.size(), 101U);
  EXPECT_THAT(report.errors.back().message, HasSubstr("and 19900 more errors"));
}

}  // namespace
}  // namespace morpheus
