#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "common/config/keys.hpp"
#include "tests/unit/common/config_check.hpp"

namespace morpheus {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

struct Taken {
  std::string key;
  std::string written;
  std::string read;  // as the table writes it
};

TEST(ConfigValue, IsTakenOver) {
  const std::string longest_socket = "/" + std::string(106, 's');
  const std::vector<Taken> table{
      {"daemon.socket", longest_socket, longest_socket},
      {"daemon.database", "/tmp/a b.db", "/tmp/a b.db"},
      {"daemon.state_dir", "/tmp/x", "/tmp/x"},
      {"daemon.log_level", "warning", "warning"},
      {"monitor.poll_interval", "100ms", "100ms"},
      {"monitor.poll_interval", "1s 500ms", "1500ms"},
      {"monitor.connect_timeout", "250ms", "250ms"},
      {"monitor.timeout", "5", "5s"},
      {"monitor.host_metrics", "true", "true"},
      {"growth.enabled", "true", "true"},
      {"growth.threshold_cpu", "99.5", "99.5"},
      {"growth.threshold_memory", "1", "1"},
      {"growth.max_nodes", "3", "3"},
      {"growth.cooldown_minutes", "0.05", "0.05"},
      {"growth.cooldown_minutes", "0", "0"},
      {"growth.sustain_seconds", "0", "0"},
      {"growth.settle_seconds", "20", "20"},
      {"growth.max_monthly_cost", "49.99", "49.99"},
      {"growth.max_monthly_cost", "0", "0"},
      {"growth.rebalance", "true", "true"},
      {"jetstream.core_nodes", "1", "1"},
      {"jetstream.core_nodes", "5", "5"},
      {"jetstream.max_memory", "64MB", "64MB"},
      {"jetstream.max_memory", "1048577", "1048577"},
      {"jetstream.max_file", "10G", "10G"},
      {"integration.nats_install", "false", "false"},
      {"integration.nats_version", "2.11.0-RC.1", "2.11.0-RC.1"},
      {"integration.nats_download_urls", "['https://a.example/v{version}-{arch}/{version}', 'http://[::1]:80/y']",
       "[\"https://a.example/v{version}-{arch}/{version}\", \"http://[::1]:80/y\"]"},
      {"integration.nats_sha256", "[aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaF]", "[\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaF\"]"},
      {"integration.nimsforest_install", "false", "false"},
      {"integration.nimsforest_sha256", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaF", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaF"},
      {"integration.nimsforest_download_url", "http://127.0.0.1:8000/n", "http://127.0.0.1:8000/n"},
      {"local.nats_server", "/opt/nats-server", "/opt/nats-server"},
      {"local.cores", "1", "1"},
      {"local.memory_mb", "16777215", "16777215"},
      {"hetzner.endpoint", "http://127.0.0.1:9/v1", "http://127.0.0.1:9/v1"},
      {"hetzner.token_file", "/etc/token", "/etc/token"},
      {"hetzner.server_types", "[cx22, cpx11]", "[\"cx22\", \"cpx11\"]"},
      {"hetzner.locations", "[fsn1]", "[\"fsn1\"]"},
      {"hetzner.image", "debian-13", "debian-13"},
      {"hetzner.ssh_keys", "[\"me at home\"]", "[\"me at home\"]"},
      {"hetzner.ipv4", "false", "false"},
      {"hetzner.boot_limit", "90s", "90s"},
      {"hetzner.join_limit", "1h", "1h"},
      {"security.admin_cidrs", "[10.0.0.0/8, 0.0.0.0/0, '2001:db8::/32', '::1/128']",
       "[\"10.0.0.0/8\", \"0.0.0.0/0\", \"2001:db8::/32\", \"::1/128\"]"},
      {"security.client_cidrs", "[203.0.113.7/32]", "[\"203.0.113.7/32\"]"},
      {"metrics.listen", "'[::1]:9099'", "[::1]:9099"}};
  for (const Key& key : config_keys()) {
    EXPECT_TRUE(std::ranges::any_of(table, [&](const Taken& row) { return row.key == key.name; }))
        << "no row for " << key.name;
  }
  const Config defaults;
  for (const auto& row : table) {
    const auto config = accepted(file_with(row.key, row.written));
    for (const Key& key : config_keys()) {
      EXPECT_EQ(key.get(config), key.name == row.key ? row.read : key.get(defaults))
          << row.key << " and " << key.name;
    }
  }
}

TEST(ConfigValue, ReachesItsMember) {
  const auto config = accepted(
      "growth: {enabled: true, sustain_seconds: 3, cooldown_minutes: 0.1, max_monthly_cost: 20}\n"
      "monitor: {poll_interval: 500ms}\njetstream: {core_nodes: 5, max_memory: 1G}\n"
      "security: {admin_cidrs: [10.0.0.0/8]}\n");
  EXPECT_TRUE(config.growth.enabled);
  EXPECT_EQ(config.growth.sustain, Millis{3'000});
  EXPECT_EQ(config.growth.cooldown, Millis{6'000});
  EXPECT_EQ(config.growth.max_monthly_cost, 20);
  EXPECT_EQ(config.monitor.poll_interval, Millis{500});
  EXPECT_EQ(config.jetstream.core_nodes, 5);
  EXPECT_EQ(config.jetstream.max_memory, 1'000'000'000);
  EXPECT_THAT(config.security.admin_cidrs, ElementsAre("10.0.0.0/8"));
}

struct Refused {
  std::string key;
  std::string written;
  std::string says;
};

TEST(ConfigValue, OutsideItsRangeOrOfAnotherTypeIsRefusedWithWhatToWrite) {
  const std::vector<Refused> table{
      {"daemon.socket", "run/x.sock", "begin it with /"},
      {"daemon.socket", "/" + std::string(107, 's'), "at most 107 bytes, this one has 108"},
      {"daemon.database", "morpheus.db", "begin it with /"},
      {"daemon.state_dir", "\"\"", "begin it with /"},
      {"daemon.log_level", "loud", "debug, info, warning or error"},
      {"monitor.poll_interval", "99ms", "use 100ms to 1h"},
      {"monitor.poll_interval", "soon", "500ms, 10s"},
      {"monitor.poll_interval", "2h", "use 100ms to 1h"},
      {"monitor.connect_timeout", "0", "use 10ms to 1min"},
      {"monitor.timeout", "-1s", "is not a time"},
      {"monitor.host_metrics", "yes", "write true or false"},
      {"growth.enabled", "1", "write true or false"},
      {"growth.enabled", "True", "write true or false"},
      {"growth.threshold_cpu", "0", "use 1 to 100"},
      {"growth.threshold_cpu", "101", "use 1 to 100"},
      {"growth.threshold_cpu", "80%", "is not a number"},
      {"growth.threshold_memory", "nan", "is not a number"},
      {"growth.threshold_memory", "inf", "is not a number"},
      {"growth.max_nodes", "0", "use 1 to 10000"},
      {"growth.max_nodes", "2.5", "not a whole number"},
      {"growth.max_nodes", "99999999999999999999", "use 1 to 10000"},
      {"growth.max_nodes", "[1, 2]", "must be one value"},
      {"growth.max_nodes", "{a: 1}", "must be one value"},
      {"growth.max_nodes", "", "has no value"},
      {"growth.max_nodes", "~", "has no value"},
      {"growth.cooldown_minutes", "-1", "use 0 to 10080"},
      {"growth.cooldown_minutes", "15min", "is not a number"},
      {"growth.sustain_seconds", "1.5", "not a whole number"},
      {"growth.settle_seconds", "86401", "use 0 to 86400"},
      {"growth.max_monthly_cost", "-5", "out of range"},
      {"growth.max_monthly_cost", "cheap", "is not a number"},
      {"jetstream.core_nodes", "2", "use 1, 3 or 5"},
      {"jetstream.core_nodes", "03", "use 1, 3 or 5"},
      {"jetstream.max_memory", "1", "use 1MB to 1024TB"},
      {"jetstream.max_file", "lots", "1GB or 10G"},
      {"integration.nats_version", "v2.10.24", "write it like 2.10.24"},
      {"integration.nats_version", "\"2.10.24; rm -rf /\"", "write it like 2.10.24"},
      {"integration.nats_download_urls", "https://a.example", "must be a list of web addresses: [a, b]"},
      {"integration.nats_download_urls", "[ftp://a.example]", "https://"},
      {"integration.nats_download_urls", "['https://a.example/{os}']", "more in braces than {version} and {arch}"},
      {"integration.nats_sha256", "[abc]", "64 hexadecimal digits"},
      {"integration.nimsforest_sha256", "gggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggg", "64 hexadecimal digits"},
      {"integration.nimsforest_download_url", "nimsforest.io", "https://"},
      {"integration.nimsforest_download_url", "\"https://a.example/x' y\"", "https://"},
      {"local.nats_server", "nats-server", "begin it with /"},
      {"local.cores", "0", "use 1 to 1024"},
      {"local.memory_mb", "512MB", "is not a number"},
      {"hetzner.endpoint", "https://", "https://example.org"},
      {"hetzner.endpoint", "https:///v1", "https://example.org"},
      {"hetzner.token_file", "token", "begin it with /"},
      {"hetzner.image", "\"\"", "write one without blanks"},
      {"hetzner.server_types", "[\"\"]", "write one without blanks"},
      {"hetzner.ssh_keys", "[\"\"]", "write the key's name"},
      {"security.admin_cidrs", "10.0.0.0/8", "must be a list of networks"},
      {"security.admin_cidrs", "[10.0.0.0]", "203.0.113.0/24"},
      {"metrics.listen", "localhost:9099", "127.0.0.1:9099"},
      {"metrics.listen", "127.0.0.1", "127.0.0.1:9099"},
      {"metrics.listen", "127.0.0.1:0", "127.0.0.1:9099"},
      {"metrics.listen", "127.0.0.1:65536", "127.0.0.1:9099"},
      {"metrics.listen", "'::1:9099'", "[::1]:9099"},
      {"metrics.listen", "'[127.0.0.1]:9099'", "127.0.0.1:9099"},
      {"security.admin_cidrs", "[10.0.0.0/33]", "203.0.113.0/24"},
      {"security.admin_cidrs", "[10.0.0.0/-1]", "203.0.113.0/24"},
      {"security.admin_cidrs", "[10.0.0.0/]", "203.0.113.0/24"},
      {"security.admin_cidrs", "[10.0.0/8]", "203.0.113.0/24"},
      {"security.client_cidrs", "['2001:db8::/129']", "203.0.113.0/24"},
      {"security.admin_cidrs", "[10.0.0.0/0x8]", "203.0.113.0/24"},
      {"security.admin_cidrs", "[10.0.0.1/8]", "\"10.0.0.1/8\" has host bits: write 10.0.0.0/8"},
      {"security.admin_cidrs", "[203.0.113.7/31]", "\"203.0.113.7/31\" has host bits: write 203.0.113.6/31"},
      {"security.client_cidrs", "[198.51.100.130/25]", "write 198.51.100.128/25"},
      {"security.client_cidrs", "[127.0.0.1/0]", "write 0.0.0.0/0"},
      {"security.client_cidrs", "['2001:DB8:0:0:1::7/64']", "write 2001:db8::/64"},
      {"security.client_cidrs", "['::1/127']", "write ::/127"},
      {"security.client_cidrs", "[anywhere/0]", "203.0.113.0/24"}};
  for (const auto& row : table) {
    const auto errors = refused(file_with(row.key, row.written));
    EXPECT_THAT(errors, HasSubstr(": " + row.key + ": ")) << row.written;
    EXPECT_THAT(errors, HasSubstr(row.says)) << row.key << ": " << row.written;
    EXPECT_EQ(std::ranges::count(errors, '\n'), 1) << errors;
  }
}

TEST(ConfigValue, EveryWrongItemOfAListIsNamedAtItsOwnPlace) {
  const auto report =
      parse_config("security:\n  admin_cidrs:\n    - 10.0.0.0/8\n    - nonsense\n    - 10.0.0.0/99\n");
  ASSERT_EQ(report.errors.size(), 2U);
  EXPECT_EQ(report.errors[0].line, 4);
  EXPECT_EQ(report.errors[0].column, 7);
  EXPECT_THAT(report.errors[0].message, HasSubstr("nonsense"));
  EXPECT_EQ(report.errors[1].line, 5);
}

TEST(ConfigRelation, TheWholeAnswerMustNotBeShorterThanTheConnection) {
  EXPECT_THAT(
      refused("monitor:\n  connect_timeout: 5s\n"),
      HasSubstr("FILE:2:3: monitor.timeout: 3s is shorter than monitor.connect_timeout: use 5s or more"));
  EXPECT_EQ(accepted("monitor: {connect_timeout: 5s, timeout: 5s}").monitor.timeout, Millis{5'000});
}

TEST(ConfigRelation, AWindowHoldsAtLeastOnePollOrIsZero) {
  EXPECT_THAT(refused("growth:\n  sustain_seconds: 3\n"),
              HasSubstr("FILE:2:3: growth.sustain_seconds: a window of 3"));
  EXPECT_EQ(accepted("growth: {sustain_seconds: 0}").growth.sustain, Millis{0});
  EXPECT_EQ(accepted("growth: {sustain_seconds: 3}\nmonitor: {poll_interval: 500ms}").growth.sustain, Millis{3'000});
  EXPECT_EQ(accepted("growth: {sustain_seconds: 1}\nmonitor: {poll_interval: 1s}").growth.sustain, Millis{1'000});
}

TEST(ConfigRelation, IsNotAskedOfAKeyThatIsWrongItself) {
  const auto errors = refused("monitor:\n  connect_timeout: 5s\n  timeout: never\n");
  EXPECT_EQ(std::ranges::count(errors, '\n'), 1) << errors;
  EXPECT_THAT(errors, HasSubstr("\"never\" is not a time"));
}

}  // namespace
}  // namespace morpheus
