#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <optional>
#include <stdexcept>
#include <string>

#include "tests/tools/child.hpp"
#include "tests/tools/free_address.hpp"
#include "tests/tools/http_get.hpp"
#include "tests/tools/nats_server.hpp"
#include "tests/tools/temp_dir.hpp"

namespace morpheus {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::HasSubstr;

constexpr seconds tools_soon{10};

TEST(TempDir, IsGoneWithItsContentAtTheEnd) {
  std::filesystem::path path;
  {
    const TempDir dir;
    path = dir.path();
    std::ofstream(dir / "file") << "x";
    ASSERT_TRUE(std::filesystem::exists(path / "file"));
  }
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(Command, SaysWhatItSaidAndHowItEnded) {
  const auto finished = run_command({"/bin/sh", "-c", "echo out; echo err >&2; exit 3"});
  EXPECT_EQ(finished.status, 3);
  EXPECT_EQ(finished.out, "out\n");
  EXPECT_EQ(finished.err, "err\n");
  EXPECT_EQ(run_command({"/no/such/program"}).status, 127);
  EXPECT_EQ(run_command({"/bin/sh", "-c", "kill -9 $$"}).status, 128 + SIGKILL);
}

TEST(Command, GetsItsEnvironmentOverTheParents) {
  EXPECT_EQ(run_command({"/bin/sh", "-c", "echo $HOME $EXTRA"}, tools_soon, {"HOME=/h", "EXTRA=e"}).out, "/h e\n");
}

TEST(Command, ThatTakesTooLongIsKilled) {
  EXPECT_THROW(run_command({"/bin/sleep", "60"}, milliseconds{50}), std::runtime_error);
}

TEST(Child, EndsWithItsObject) {
  pid_t pid = 0;
  {
    Child child({{"/bin/sleep", "60"}, {}, {}, {}});
    pid = child.pid();
    EXPECT_TRUE(child.running());
    EXPECT_EQ(::kill(pid, 0), 0);
  }
  EXPECT_EQ(::kill(pid, 0), -1);
}

TEST(Child, SaysWhichSignalEndedIt) {
  Child child({{"/bin/sleep", "60"}, {}, {}, {}});
  EXPECT_FALSE(child.wait(milliseconds{1}));
  EXPECT_EQ(child.terminate(tools_soon), 128 + SIGTERM);
  EXPECT_FALSE(child.running());
  Child moved(std::move(child));
  EXPECT_EQ(moved.wait(tools_soon), 128 + SIGTERM);
}

TEST(Child, ThatIgnoresTheRequestIsKilled) {
  const TempDir dir;
  Child child(
      {{"/bin/sh", "-c", "trap '' TERM; echo ready; while :; do sleep 1; done"}, {}, dir / "out", {}});
  ASSERT_TRUE(wait_until([&] { return read_text(dir / "out") == "ready\n"; }, tools_soon));
  EXPECT_FALSE(child.terminate(milliseconds{50}));
  EXPECT_FALSE(child.running());
}

TEST(FreeAddress, IsOneOfManyWhereNothingListens) {
  const auto one = free_address();
  EXPECT_THAT(one, testing::StartsWith("127.2"));
  EXPECT_NE(one, free_address());
  EXPECT_FALSE(http_get(one, 8222, "varz", seconds{1}));
}

TEST(NatsServer, AnswersAndEndsWithItsObject) {
  std::string address;
  {
    NatsServer server;
    address = server.address();
    EXPECT_GT(server_memory(address).value_or(0), 1 << 20);
    EXPECT_THAT(http_get(address, 8222, "jsz").value_or(""), HasSubstr("max_storage"));
    server.restart();
    EXPECT_TRUE(server_memory(address));
    EXPECT_FALSE(http_get(address, 8222, "nothing-here"));
  }
  EXPECT_FALSE(server_memory(address));
}

TEST(NatsServer, ThatIsStoppedDoesNotHoldUpWhoAsksIt) {
  NatsServer server;
  server.process().freeze();
  EXPECT_FALSE(http_get(server.address(), 8222, "varz", milliseconds{200}));
}

}  // namespace
}  // namespace morpheus
