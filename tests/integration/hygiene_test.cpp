#include <fmt/format.h>
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "tests/integration/cloud_box.hpp"

namespace morpheus {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

// A shell that does `first`, which ends with "exec" or with what becomes the daemon in its turn.
BoxSettings begun_by(const std::string& first, const std::string& redirection = "") {
  BoxSettings settings;
  settings.wrapper = {"/bin/bash", "-c", first + " \"$@\" " + redirection, "bash"};
  return settings;
}

std::string descriptor(const DaemonBox& box, int number) {
  std::error_code error;
  return fs::read_symlink(fmt::format("/proc/{}/fd/{}", box.pid(), number), error).string();
}

class Hygiene : public testing::TestWithParam<std::string> {};

INSTANTIATE_TEST_SUITE_P(Closed, Hygiene, testing::Values("<&-", ">&-", "2>&-", "<&- >&-", ">&- 2>&-", "<&- >&- 2>&-"),
                         [](const auto& each) { return fmt::format("Way{}", each.index); });

TEST_P(Hygiene, DescriptorsThatAreClosedAtTheStartAreOpenedOnNothing) {
  DaemonBox box(begun_by("exec", GetParam()));
  box.start();
  box.configure("daemon: nonsense");
  box.reload();  // says what is wrong with it
  ASSERT_TRUE(wait_until([&] { return box.ctl({"events"}).out.find("not reloaded") != std::string::npos; }, limit));
  for (int number = 0; number < 3; ++number) {
    const auto file = descriptor(box, number);
    EXPECT_TRUE(file == "/dev/null" || file == box.file("log") || GetParam().find('<') == std::string::npos) << number << " is " << file;
    EXPECT_THAT(file, AllOf(Not(HasSubstr("state")), Not(HasSubstr("morpheus.db")), Not(IsEmpty())));
  }
  EXPECT_THAT(read_text(box.file("state/lock")), IsEmpty());
  EXPECT_EQ(read_text(box.database()).substr(0, 15), "SQLite format 3");
  for (const auto& entry : fs::directory_iterator(fs::path(box.database()).parent_path())) {
    const auto name = entry.path().filename().string();
    if (name.find("lock") == std::string::npos) continue;
    EXPECT_THAT(read_text(entry.path()), Not(HasSubstr("reloaded"))) << name;
  }
}

TEST(ProcessHygiene, ALogThatNobodyReadsEndsNothing) {
  DaemonBox box(begun_by("exec", "2> >(exec true)"));
  box.start();
  for (int i = 0; i < 5; ++i) box.reload();
  const auto reloads = [&] {
    const auto events = box.ctl({"events"}).out;
    return events.find("reloaded") != std::string::npos;
  };
  EXPECT_TRUE(wait_until(reloads, limit));
  EXPECT_TRUE(box.running()) << "a write to a closed pipe is an error of that write";
  EXPECT_THAT(descriptor(box, 2), HasSubstr("pipe:"));
}

TEST(ProcessHygiene, AFileThatMayNotGrowIsAnErrorOfTheWrite) {
  DaemonBox box(begun_by("ulimit -f 3000; exec"));
  box.start();
  ASSERT_EQ(box.ctl({"plant", "local", "small", "--name", "oak"}).status, 0) << box.log();
  int failed = 0;
  for (int i = 0; i < 3'000 && failed == 0; ++i) {
    const char* command = i % 2 == 0 ? "pause" : "resume";
    failed = box.ctl({command, "oak"}).status;
  }
  EXPECT_NE(failed, 0) << "the limit was met";
  EXPECT_TRUE(box.running());
  EXPECT_EQ(box.ctl({"list"}).status, 0) << box.log();
}

TEST(ProcessHygiene, WhatItMakesIsNobodyElsesWhateverTheUmaskWas) {
  DaemonBox box(begun_by("umask 0; exec"));
  box.start();
  ASSERT_EQ(box.ctl({"plant", "local", "small", "--name", "oak"}).status, 0) << box.log();
  constexpr auto others = fs::perms::group_all | fs::perms::others_all;
  EXPECT_EQ(fs::status(box.file("state")).permissions() & others, fs::perms::none);
  EXPECT_EQ(fs::status(box.database()).permissions() & others, fs::perms::none);
  for (const auto& entry : fs::recursive_directory_iterator(box.file("state"))) {
    if (entry.is_symlink()) continue;
    EXPECT_EQ(entry.status().permissions() & others, fs::perms::none) << entry.path();
  }
  EXPECT_EQ(fs::status(box.socket()).permissions() & others, fs::perms(0066)) << "but its socket is everybody's";
}

TEST(ProcessHygiene, TheTokenIsInNoEnvironment) {
  const FakeCloud cloud({"--machines", "none"});
  auto settings = in_cloud(cloud);
  settings.environment = {"HCLOUD_TOKEN=a-token-of-its-own"};
  DaemonBox box(settings);
  box.start();
  const auto environment = read_text(fmt::format("/proc/{}/environ", box.pid()));
  EXPECT_THAT(environment, AllOf(HasSubstr("HCLOUD_TOKEN="), Not(HasSubstr("a-token-of-its-own"))));
  struct stat about {};
  ASSERT_EQ(::stat(fmt::format("/proc/{}/environ", box.pid()).c_str(), &about), 0);
  EXPECT_EQ(about.st_uid, 0U) << "it is not dumpable: whatever user it runs as, only root may read its memory";
  EXPECT_NE(read_text(fmt::format("/proc/{}/status", box.pid())).find("CoreDumping"), std::string::npos);
}

TEST(ProcessHygiene, OthersOfTheSameUserCannotReadIt) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can be somebody else";
  const std::string user = "54321";
  DaemonBox box(begun_by(fmt::format("chown {0} \"$(dirname \"$3\")\" && exec setpriv --reuid {0} --regid {0} --clear-groups", user)));
  fs::permissions(fs::path(box.config_file()).parent_path(), fs::perms(0755));
  box.start();
  const auto look = [&](const std::string& file) {
    return run_command({"/usr/bin/setpriv", "--reuid", user, "--regid", user, "--clear-groups", "/bin/cat", fmt::format("/proc/{}/{}", box.pid(), file)});
  };
  EXPECT_EQ(look("status").status, 0);
  for (const char* file : {"environ", "maps", "mem"}) EXPECT_NE(look(file).status, 0) << file;
}

// What stands where local nodes belong.
struct Obstacle {
  const char* name;
  void (*put)(const fs::path& local);
};

class LocalObstacle : public testing::TestWithParam<Obstacle> {};

INSTANTIATE_TEST_SUITE_P(
    Start, LocalObstacle,
    testing::Values(Obstacle{"File", [](const fs::path& local) { std::ofstream(local) << "x"; }},
                    Obstacle{"DanglingLink", [](const fs::path& local) { fs::create_symlink("nowhere/at/all", local); }},
                    Obstacle{"LinkToItself", [](const fs::path& local) { fs::create_symlink(local, local); }},
                    Obstacle{"LinkToAFile", [](const fs::path& local) { fs::create_symlink("/etc/passwd", local); }},
                    Obstacle{"AddressesAreAFile",
                             [](const fs::path& local) {
                               fs::create_directory(local);
                               std::ofstream(local / ".addresses") << "x";
                             }}),
    [](const auto& each) { return each.param.name; });

void expect_one_line(DaemonBox& box, const std::string& what) {
  box.launch();
  ASSERT_TRUE(wait_until([&] { return !box.running(); }, limit)) << box.log();
  EXPECT_EQ(box.status(), 1);
  const auto log = box.log();
  EXPECT_THAT(log, HasSubstr(what));
  EXPECT_THAT(log, Not(HasSubstr("terminate")));
  EXPECT_EQ(std::ranges::count(log, '\n'), 1) << log;
}

TEST_P(LocalObstacle, IsAStartThatSaysSoInOneLine) {
  DaemonBox box;
  fs::create_directory(box.file("state"));
  GetParam().put(box.file("state/local"));
  expect_one_line(box, "state/local");
}

TEST(ProcessHygiene, AnotherUsersDirectoryIsAStartThatSaysSoInOneLine) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can be somebody else";
  DaemonBox box(begun_by("exec setpriv --reuid 54321 --regid 54321 --clear-groups"));
  fs::permissions(fs::path(box.config_file()).parent_path(), fs::perms(0755));
  fs::create_directories(box.file("state/local/.addresses"));
  ASSERT_EQ(::chown(box.file("state").c_str(), 54'321, 54'321), 0);
  expect_one_line(box, "state/local");
}

TEST(ProcessHygiene, AStateDirectoryThatOthersMayWriteIsAFinding) {
  DaemonBox box;
  box.start();
  EXPECT_THAT(box.ctl({"doctor"}).out, HasSubstr("nobody else may write to"));
  fs::permissions(box.file("state"), fs::perms(0777));
  EXPECT_THAT(box.ctl({"doctor"}).out, AllOf(HasSubstr("every user may write to"), HasSubstr("chmod 700")));
  fs::permissions(box.file("state"), fs::perms(01777));
  EXPECT_THAT(box.ctl({"doctor"}).out, HasSubstr("every user may write to")) << "sticky or not";
  fs::permissions(box.file("state"), fs::perms(0770));
  ASSERT_EQ(::chown(box.file("state").c_str(), 0, 54'321), 0);
  EXPECT_THAT(box.ctl({"doctor"}).out, HasSubstr("group 54321 may write to"));
  fs::permissions(box.file("state"), fs::perms(0700));
  ASSERT_EQ(::chown(box.file("state").c_str(), 54'321, 0), 0);
  EXPECT_THAT(box.ctl({"doctor"}).out, HasSubstr("belongs to user 54321"));
  ASSERT_EQ(::chown(box.file("state").c_str(), 0, 0), 0);
  const auto above = fs::path(box.file("state")).parent_path();
  fs::permissions(above, fs::perms(0777));
  EXPECT_THAT(box.ctl({"doctor"}).out, HasSubstr("every user may write to " + fs::canonical(above).string()));
  fs::permissions(above, fs::perms(01777));
  EXPECT_THAT(box.ctl({"doctor"}).out, HasSubstr("nobody else may write to")) << "as in /tmp, each has what it made";
}

}  // namespace
}  // namespace morpheus
