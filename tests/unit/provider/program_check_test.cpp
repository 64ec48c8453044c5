#include "daemon/provider/local/program_check.hpp"

#include <gmock/gmock.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <filesystem>
#include <fstream>
#include <optional>

#include "daemon/runtime/system_clock.hpp"

namespace morpheus {
namespace {

using testing::HasSubstr;

Result<std::string> version(const std::string& program, Millis limit = Millis{5'000}) {
  SystemClock clock;
  asio::io_context loop;
  std::optional<Result<std::string>> result;
  asio::co_spawn(loop, version_of(clock, program, limit), [&](std::exception_ptr error, Result<std::string> got) {
    if (error) std::rethrow_exception(error);
    result = std::move(got);
  });
  loop.run();
  return *result;
}

// A script with those lines.
class Script {
 public:
  explicit Script(const std::string& lines) {
    if (::mkdtemp(directory_.data()) == nullptr) throw std::runtime_error("no temporary directory");
    std::ofstream(path()) << "#!/bin/sh\n" << lines << "\n";
    std::filesystem::permissions(path(), std::filesystem::perms::owner_all);
  }
  ~Script() { std::filesystem::remove_all(directory_); }
  std::string path() const { return directory_ + "/program"; }

 private:
  std::string directory_ = (std::filesystem::temp_directory_path() / "morpheus-program-XXXXXX").string();
};

TEST(ProgramCheck, ReadsTheFirstLineOfTheRealServer) {
  const auto found = version("/usr/sbin/nats-server");
  ASSERT_TRUE(found) << describe(found.error());
  EXPECT_THAT(*found, HasSubstr("nats-server: v"));
}

TEST(ProgramCheck, AProgramThatIsNotThereFailsOrDoesNotEndIsAnError) {
  EXPECT_THAT(version("/nonexistent/nats-server").error().message, HasSubstr("cannot be run: No such file"));
  const Script failing("echo broken; exit 7");
  EXPECT_THAT(version(failing.path()).error().message, HasSubstr("ends with status 7: broken"));
  const Script hanging("exec sleep 1000");
  const auto late = version(hanging.path(), Millis{100});
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, ErrorCode::unavailable);
}

TEST(ProgramCheck, GetsNothingOfTheDaemonsEnvironment) {
  ::setenv("HCLOUD_TOKEN", "s3cret", 1);
  const Script telling("env | grep -c HCLOUD; true");
  EXPECT_EQ(version(telling.path()).value(), "0");
  ::unsetenv("HCLOUD_TOKEN");
}

}  // namespace
}  // namespace morpheus
