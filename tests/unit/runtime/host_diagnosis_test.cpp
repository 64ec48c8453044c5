#include "daemon/runtime/host_diagnosis.hpp"

#include <gmock/gmock.h>

#include <filesystem>

namespace morpheus {
namespace {

TEST(HostDiagnosis, ADirectoryIsTriedAndLeftAsItWas) {
  std::string pattern = (std::filesystem::temp_directory_path() / "morpheus-doctor-XXXXXX").string();
  ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
  const auto good = diagnose_directory("state directory", pattern);
  EXPECT_EQ(good.level, FindingLevel::ok) << good.message;
  EXPECT_TRUE(std::filesystem::is_empty(pattern));
  std::filesystem::remove(pattern);
  const auto bad = diagnose_directory("state directory", pattern);
  EXPECT_EQ(bad.level, FindingLevel::failed);
  EXPECT_THAT(bad.message, testing::HasSubstr("No such file"));
}

TEST(HostDiagnosis, AClockThatNobodyKeepsIsNoFailure) {
  const auto clock = diagnose_clock();
  EXPECT_NE(clock.level, FindingLevel::failed);
  EXPECT_EQ(clock.level == FindingLevel::ok, clock.hint.empty());
}

}  // namespace
}  // namespace morpheus
