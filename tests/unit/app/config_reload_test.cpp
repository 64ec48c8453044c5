#include "daemon/app/config_reload.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spdlog/spdlog.h>

#include <boost/asio/io_context.hpp>
#include <fstream>

#include "common/config/keys.hpp"
#include "common/config/load.hpp"
#include "daemon/store/store.hpp"
#include "tests/sim/sim_clock.hpp"
#include "tests/tools/temp_dir.hpp"

namespace morpheus {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// A daemon that was started with an empty file, whose log is off.
class ConfigReloadTest : public testing::Test {
 protected:
  void SetUp() override {
    spdlog::set_level(spdlog::level::off);
    auto opened = Store::open((dir_ / "morpheus.db").string(), "installation");
    ASSERT_TRUE(opened);
    store_ = *std::move(opened);
    journal_ = std::make_unique<Journal>(clock_, *store_, tally_, loop_.get_executor());
    write("");
    running_ = *load_config(file_).config;
  }
  void TearDown() override { spdlog::set_level(level_before_); }

  void write(const std::string& text) const { std::ofstream(file_) << text; }
  bool take_over() { return ConfigReload(running_, file_, *journal_).take_over(); }

  // "level: message" of each event.
  std::vector<std::string> told() const {
    std::vector<std::string> lines;
    for (const Event& event : store_->last_events("", 100)) {
      EXPECT_EQ(event.kind, "daemon");
      lines.push_back(std::string(to_string(event.level)) + ": " + event.message);
    }
    return lines;
  }

  const TempDir dir_;
  const std::string file_ = (dir_ / "morpheusd.yaml").string();
  const spdlog::level::level_enum level_before_ = spdlog::get_level();
  SimClock clock_;
  boost::asio::io_context loop_{1};
  std::unique_ptr<Store> store_;
  Tally tally_;
  std::unique_ptr<Journal> journal_;
  Config running_;
};

const std::string another_file = R"(
daemon: {socket: /run/other/control.sock, log_level: error}
monitor: {poll_interval: 20s, connect_timeout: 2s, timeout: 4s, host_metrics: true}
growth: {enabled: true, threshold_cpu: 70, threshold_memory: 60, max_nodes: 4, cooldown_minutes: 2.5, sustain_seconds: 30,
         settle_seconds: 100, max_monthly_cost: 50}
jetstream: {core_nodes: 1, max_memory: 2GB, max_file: 20GB}
local: {cores: 1, memory_mb: 256}
hetzner: {server_types: [cx23]}
)";

TEST_F(ConfigReloadTest, TakesOverWhatTheTableOfKeysSaysAndNoMore) {
  const Config before = running_;
  write(another_file);
  const auto wanted = load_config(file_);
  ASSERT_TRUE(wanted.config) << format_errors(file_, wanted.errors);
  ASSERT_TRUE(take_over());
  int changed = 0;
  for (const Key& key : config_keys()) {
    EXPECT_EQ(key.get(running_), key.get(key.restart ? before : *wanted.config)) << key.name;
    if (!key.restart && key.get(before) != key.get(*wanted.config)) ++changed;
  }
  EXPECT_EQ(changed, 15) << "a key that the file does not change proves nothing";
  EXPECT_EQ(spdlog::get_level(), spdlog::level::err);
  EXPECT_THAT(told(), ElementsAre("warning: these keys need a restart: daemon.socket, monitor.host_metrics, local.cores, "
                                  "local.memory_mb, hetzner.server_types",
                                  "info: reloaded " + file_));
}

TEST_F(ConfigReloadTest, ABadFileChangesNothingAndEachErrorIsTold) {
  write("growth: {max_nodes: 4, max_nodse: 5}\nmonitor: {timeout: soon}\n");
  const Config before = running_;
  EXPECT_FALSE(take_over());
  for (const Key& key : config_keys()) EXPECT_EQ(key.get(running_), key.get(before)) << key.name;
  EXPECT_EQ(spdlog::get_level(), spdlog::level::off);
  EXPECT_THAT(told(), ElementsAre(HasSubstr("error: " + file_ + ":1:24: growth.max_nodse: no such key"),
                                  HasSubstr("error: " + file_ + ":2:20: monitor.timeout: "),
                                  "error: not reloaded, nothing is changed"));
}

TEST_F(ConfigReloadTest, AKeyThatNeedsARestartIsNamedAtEachReload) {
  write("local: {cores: 1}\n");
  ASSERT_TRUE(take_over());
  ASSERT_TRUE(take_over());
  const std::string named = "warning: these keys need a restart: local.cores";
  EXPECT_THAT(told(), ElementsAre(named, "info: reloaded " + file_, named, "info: reloaded " + file_));
}

}  // namespace
}  // namespace morpheus
