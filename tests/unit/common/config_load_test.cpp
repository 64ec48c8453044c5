#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "common/config/load.hpp"

namespace morpheus {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class ConfigFile : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (std::filesystem::temp_directory_path() / "morpheus-config-XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    dir_ = name;
  }
  void TearDown() override { std::filesystem::remove_all(dir_); }

  std::string write(const std::string& text) const {
    const auto path = dir_ / "morpheusd.yaml";
    std::ofstream(path, std::ios::binary) << text;
    return path.string();
  }
  static std::string refusal(const std::string& path) {
    const auto report = load_config(path);
    EXPECT_FALSE(report.config);
    return format_errors(path, report.errors);
  }

  std::filesystem::path dir_;
};

TEST_F(ConfigFile, IsReadAndChecked) {
  const auto report = load_config(write("growth:\n  max_nodes: 7\n"));
  ASSERT_TRUE(report.config);
  EXPECT_EQ(report.config->growth.max_nodes, 7);
  EXPECT_THAT(refusal(write("growth:\n  max_nodes: many\n")),
              HasSubstr("morpheusd.yaml:2:14: growth.max_nodes: "));
}

TEST_F(ConfigFile, ThatIsEmptyHasAllDefaults) {
  const auto report = load_config(write(""));
  ASSERT_TRUE(report.config);
  EXPECT_EQ(report.config->growth.max_nodes, 10);
}

TEST_F(ConfigFile, OfExactlyOneMebibyteIsReadAndOneByteMoreIsNot) {
  const std::string most(std::size_t{1} << 20, '#');
  EXPECT_TRUE(load_config(write(most)).config);
  EXPECT_THAT(refusal(write(most + "#")), HasSubstr("larger than 1 MiB"));
}

TEST_F(ConfigFile, ThatIsHugeIsRefusedWithoutBeingRead) {
  const auto path = write("");
  std::filesystem::resize_file(path,
                               std::uintmax_t{1} << 40);  // sparse: nothing could read it in a test's time
  EXPECT_THAT(refusal(path), HasSubstr("larger than 1 MiB"));
}

TEST_F(ConfigFile, ThatCannotBeReadIsAnErrorThatSaysWhy) {
  EXPECT_EQ(refusal("/no/such/file.yaml"), "/no/such/file.yaml: cannot be read: no such file\n");
  EXPECT_THAT(refusal(dir_.string()), HasSubstr("is a directory"));
  EXPECT_THAT(refusal("/dev/null"), HasSubstr("is not a regular file"));
  EXPECT_THAT(refusal("/proc/self/mem"), HasSubstr("cannot be read"));  // opens, and fails at the first read
  std::filesystem::create_symlink("loop", dir_ / "loop");
  EXPECT_THAT(refusal((dir_ / "loop").string()), HasSubstr("cannot be read"));
}

TEST_F(ConfigFile, WithoutReadPermissionIsRefused) {
  if (::geteuid() == 0) GTEST_SKIP() << "root reads everything";
  const auto path = write("");
  std::filesystem::permissions(path, std::filesystem::perms::none);
  EXPECT_THAT(refusal(path), HasSubstr("check its rights"));
}

TEST(KeysNeedingRestart, AreThoseThatDifferAndThatAReloadDoesNotChange) {
  const Config running;
  Config wanted;
  EXPECT_THAT(keys_needing_restart(running, wanted), IsEmpty());
  wanted.growth.max_nodes = 4;
  wanted.growth.max_monthly_cost = 5;
  wanted.monitor.poll_interval = Millis{500};
  wanted.jetstream.core_nodes = 5;
  wanted.daemon.log_level = "debug";
  EXPECT_THAT(keys_needing_restart(running, wanted), IsEmpty());
  wanted.daemon.socket = "/tmp/s";
  wanted.monitor.host_metrics = true;
  wanted.local.memory_mb = 511;
  wanted.hetzner.server_types = {"cx22"};
  EXPECT_THAT(keys_needing_restart(running, wanted),
              ElementsAre("daemon.socket", "monitor.host_metrics", "local.memory_mb", "hetzner.server_types"));
}

TEST(KeysNeedingRestart, TellNearValuesApart) {
  Config running;
  Config wanted;
  running.local.memory_mb = 16'777'215;
  wanted.local.memory_mb = 16'777'216;
  running.hetzner.ssh_keys = {"a, b"};
  wanted.hetzner.ssh_keys = {"a", "b"};
  EXPECT_THAT(keys_needing_restart(running, wanted), ElementsAre("local.memory_mb", "hetzner.ssh_keys"));
}

}  // namespace
}  // namespace morpheus
