#include "daemon/secrets/secret_files.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "daemon/runtime/system_clock.hpp"
#include "tests/tools/child.hpp"
#include "tests/tools/temp_dir.hpp"

namespace morpheus {
namespace {

class SecretFilesTest : public testing::Test {
 protected:
  SecretFiles files(const std::string& installation = "ours") { return SecretFiles(dir_.path(), installation, clock_, ids_); }

  const TempDir dir_;
  const std::filesystem::path demo_ = dir_ / "forests/demo/secrets.json";
  SystemClock clock_;
  SystemIds ids_;
};

TEST_F(SecretFilesTest, AreMadeOnceForAForestAndAreNobodyElsesToRead) {
  auto secrets = files();
  ASSERT_TRUE(secrets.make("demo"));
  const auto first = secrets.get("demo");
  ASSERT_TRUE(first);
  EXPECT_EQ(first->route_password.size(), 48u);
  EXPECT_NE(first->route_password, first->retire_password);
  auto again = files();
  ASSERT_TRUE(again.make("demo"));
  ASSERT_TRUE(again.make("other"));
  EXPECT_EQ(again.get("demo")->system_seed, first->system_seed);
  EXPECT_NE(again.get("other")->system_seed, first->system_seed);

  struct stat status {};
  ASSERT_EQ(::stat(demo_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
  ASSERT_TRUE(secrets.remove("demo"));
  EXPECT_TRUE(secrets.remove("demo")) << "there are none";
  EXPECT_FALSE(std::filesystem::exists(demo_.parent_path()));
}

// Any time that somebody sets.
class SetClock : public Clock {
 public:
  WallTime wall() const override { return now; }
  BootTime boot() const override { return BootTime{}; }
  std::string boot_id() const override { return "boot"; }
  asio::awaitable<void> sleep_until(BootTime) override { co_return; }
  WallTime now{};
};

TEST_F(SecretFilesTest, TellWhenTheirCertificatesEnd) {
  auto secrets = files();
  ASSERT_TRUE(secrets.make("demo"));
  const auto ends = secrets.certificates_end("demo");
  ASSERT_TRUE(ends);
  const auto left = *ends - clock_.wall();
  EXPECT_LE(left, std::chrono::days(certificate_days));
  EXPECT_GT(left, std::chrono::days(certificate_days - 1));
  EXPECT_EQ(*secrets.certificates_end("demo"), *ends);
  EXPECT_FALSE(secrets.certificates_end("none"));
  ASSERT_TRUE(secrets.remove("demo"));
  EXPECT_FALSE(secrets.certificates_end("demo"));
}

TEST_F(SecretFilesTest, ATimePastWhatOpenSslTakesIsAnErrorThatNamesTheClock) {
  using namespace std::chrono_literals;
  SetClock clock;
  SecretFiles secrets(dir_.path(), "ours", clock, ids_);
  const auto year = [](int number) { return WallTime(std::chrono::sys_days(std::chrono::year(number) / 1 / 1).time_since_epoch()); };
  for (const WallTime wrong : {year(9'999), year(12'000), year(-50), WallTime(WallTime::max() - 48h)}) {
    clock.now = wrong;
    const auto made = secrets.make("demo");
    ASSERT_FALSE(made);
    EXPECT_NE(made.error().hint.find("timedatectl"), std::string::npos);
    EXPECT_FALSE(std::filesystem::exists(demo_)) << "half a forest's secrets";
  }
  clock.now = year(2'026);
  ASSERT_TRUE(secrets.make("demo"));
  ASSERT_TRUE(secrets.issue("demo", "demo-node-1", ""));
  clock.now = year(12'000);
  EXPECT_FALSE(secrets.issue("demo", "demo-node-1", ""));
}

TEST_F(SecretFilesTest, LostOnesAreAnErrorAndNotMadeAnew) {
  auto secrets = files();
  ASSERT_TRUE(secrets.make("demo"));
  std::filesystem::remove(demo_);
  const auto lost = secrets.get("demo");
  ASSERT_FALSE(lost);
  EXPECT_EQ(lost.error().message, "the secrets of demo are not in " + demo_.string());
  EXPECT_FALSE(std::filesystem::exists(demo_));
}

TEST_F(SecretFilesTest, AnotherInstallationsAreLeftAlone) {
  auto secrets = files();
  ASSERT_TRUE(secrets.make("demo"));
  auto others = files("theirs");
  EXPECT_EQ(others.make("demo").error().code, ErrorCode::conflict);
  EXPECT_FALSE(others.get("demo"));
  EXPECT_TRUE(others.remove("demo"));
  EXPECT_TRUE(secrets.get("demo"));
}

TEST_F(SecretFilesTest, ADamagedFileIsAnErrorAndStays) {
  auto secrets = files();
  ASSERT_TRUE(secrets.make("demo"));
  for (const std::string& text : {std::string("{"), std::string("[]"), std::string(R"({"route_password": 3})"), std::string("{\"installation_id\":\"\xFF\"}"),
                                  std::string(100'000, '['), std::string(2'000'000, ' ')}) {
    std::ofstream(demo_) << text;
    const auto damaged = secrets.get("demo");
    ASSERT_FALSE(damaged) << text;
    EXPECT_NE(damaged.error().message.find("secrets.json"), std::string::npos);
    EXPECT_FALSE(secrets.make("demo")) << text;
    EXPECT_EQ(read_text(demo_), text);
  }
}

TEST_F(SecretFilesTest, ANameThatLeadsElsewhereHasNoSecretsAndLosesNone) {
  auto secrets = files();
  ASSERT_TRUE(secrets.make("demo"));
  for (const char* name : {"../forests/demo", "..", ".", "", "/etc", "demo/", "DEMO", "a b"}) {
    EXPECT_FALSE(secrets.make(name)) << name;
    EXPECT_FALSE(secrets.get(name)) << name;
    EXPECT_FALSE(secrets.issue(name, "demo-node-1", "")) << name;
    EXPECT_FALSE(secrets.remove(name)) << name;
  }
  EXPECT_TRUE(secrets.get("demo"));
}

}  // namespace
}  // namespace morpheus
