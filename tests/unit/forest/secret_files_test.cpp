#include "daemon/forest/secret_files.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "tests/tools/temp_dir.hpp"

namespace morpheus {
namespace {

TEST(SecretFiles, AreMadeOnceForAForestAndAreNobodyElsesToRead) {
  const TempDir dir;
  SystemIds ids;
  SecretFiles secrets(dir.path(), ids);
  const auto first = secrets.get("demo");
  ASSERT_TRUE(first);
  EXPECT_EQ(first->route_password.size(), 48u);
  EXPECT_NE(first->route_password, first->system_password);
  SecretFiles again(dir.path(), ids);
  EXPECT_EQ(again.get("demo")->system_password, first->system_password);
  EXPECT_NE(again.get("other")->system_password, first->system_password);

  struct stat status {};
  ASSERT_EQ(::stat((dir / "forests/demo/secrets.json").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
  ASSERT_TRUE(secrets.remove("demo"));
  EXPECT_TRUE(secrets.remove("demo")) << "there are none";
  EXPECT_FALSE(std::filesystem::exists(dir / "forests/demo"));
}

TEST(SecretFiles, ADamagedFileIsAnErrorAndStays) {
  const TempDir dir;
  SystemIds ids;
  SecretFiles secrets(dir.path(), ids);
  ASSERT_TRUE(secrets.get("demo"));
  std::ofstream(dir / "forests/demo/secrets.json") << "{";
  const auto damaged = secrets.get("demo");
  ASSERT_FALSE(damaged);
  EXPECT_NE(damaged.error().message.find("secrets.json"), std::string::npos);
}

}  // namespace
}  // namespace morpheus
