#include "daemon/runtime/crash_mark.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <exception>
#include <stdexcept>

#include "tests/tools/sanitizer.hpp"
#include "tests/tools/temp_dir.hpp"

namespace morpheus {
namespace {

int use_up_the_stack(int depth);

// Called through this, so that no compiler sees that it never ends.
int (*volatile deeper)(int) = use_up_the_stack;

int use_up_the_stack(int depth) {
  volatile char frame[4096] = {};
  frame[0] = static_cast<char>(depth);
  return deeper(depth + 1) + frame[0];
}

void throw_something() { throw std::runtime_error("out of a destructor"); }

// Runs `fault` in a process that has the mark; returns its wait status.
template <class Fault>
int die_of(const std::filesystem::path& path, Fault fault) {
  const pid_t child = ::fork();
  if (child == 0) {
    const rlimit no_core{0, 0};
    ::setrlimit(RLIMIT_CORE, &no_core);
    const CrashMark mark(path);
    fault();
    ::_exit(0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return status;
}

class CrashMarkTest : public testing::Test {
 protected:
  bool is_there() const { return std::filesystem::exists(path_); }
  TempDir dir_;
  std::filesystem::path path_ = dir_ / "crashed";
};

TEST_F(CrashMarkTest, AFaultLeavesItAndEndsTheProcessAsItWould) {
  if (with_address_sanitizer) GTEST_SKIP() << "AddressSanitizer catches them first";
  for (const int signal : {SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSYS}) {
    std::filesystem::remove(path_);
    const int status = die_of(path_, [signal] { ::raise(signal); });
    EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == signal) << signal;
    EXPECT_TRUE(is_there()) << signal;
  }
}

TEST_F(CrashMarkTest, AStackThatIsUsedUpLeavesIt) {
  if (with_address_sanitizer) GTEST_SKIP() << "AddressSanitizer catches it first";
  const int status = die_of(path_, [] { use_up_the_stack(0); });
  EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV);
  EXPECT_TRUE(is_there());
}

TEST_F(CrashMarkTest, AnUncaughtExceptionLeavesIt) {
  const int status = die_of(path_, []() noexcept { throw_something(); });
  EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
  EXPECT_TRUE(is_there());
}

TEST_F(CrashMarkTest, AnEndFromOutsideOrByItselfLeavesNone) {
  die_of(path_, [] { ::raise(SIGKILL); });
  EXPECT_FALSE(is_there());
  die_of(path_, [] { ::raise(SIGTERM); });
  EXPECT_FALSE(is_there());
  die_of(path_, [] {});
  EXPECT_FALSE(is_there());
}

TEST_F(CrashMarkTest, TheNextProcessTakesItAway) {
  die_of(path_, [] { ::raise(SIGSEGV); });
  {
    const CrashMark next(path_);
    EXPECT_TRUE(next.was_left());
    EXPECT_FALSE(is_there());
  }
  const CrashMark after(path_);
  EXPECT_FALSE(after.was_left());
}

}  // namespace
}  // namespace morpheus
