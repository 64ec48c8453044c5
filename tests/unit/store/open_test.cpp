#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <fstream>

#include "tests/unit/store/fixture.hpp"

namespace morpheus {
namespace {

using OpenTest = StoreTest;

mode_t mode_of(const std::string& path) {
  struct stat found {};
  EXPECT_EQ(::stat(path.c_str(), &found), 0) << path;
  return found.st_mode & 0777;
}

TEST_F(OpenTest, EveryFileBelongsToItsOwnerAlone) {
  add_forest("oak");
  for (const auto* suffix : {"", "-wal", "-shm", ".lock"})
    EXPECT_EQ(mode_of(path_ + suffix), 0600U) << suffix;
}

TEST_F(OpenTest, AnOpenModeIsMadePrivate) {
  store_.reset();
  ASSERT_EQ(::chmod(path_.c_str(), 0644), 0);
  reopen();
  EXPECT_EQ(mode_of(path_), 0600U);
}

TEST_F(OpenTest, TheInstallationIdIsMadeOnce) {
  store_.reset();
  const auto again = Store::open(path_, "installation-2");
  ASSERT_TRUE(again);
  EXPECT_EQ((*again)->installation_id(), "installation-1");
}

TEST_F(OpenTest, ASecondDaemonIsToldWhoHasIt) {
  const auto second = Store::open(path_, "x");
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::conflict);
  EXPECT_NE(second.error().message.find("another morpheusd has " + path_), std::string::npos);
  EXPECT_FALSE(second.error().hint.empty());
}

TEST_F(OpenTest, ASymbolicLinkMeetsTheSameLock) {
  const auto link = directory_ / "link.db";
  std::filesystem::create_symlink(path_, link);
  const auto second = Store::open(link.string(), "x");
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::conflict);
}

TEST_F(OpenTest, AFileThatIsNoDatabaseIsLeftAsItIs) {
  const std::string text = "a letter to a friend, and longer than any header would be";
  const auto file = directory_ / "letter.txt";
  std::ofstream(file) << text;
  ASSERT_EQ(::chmod(file.c_str(), 0644), 0);
  const auto opened = Store::open(file.string(), "x");
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, ErrorCode::invalid);
  EXPECT_NE(opened.error().message.find("not a SQLite database"), std::string::npos);
  std::string kept;
  std::getline(std::ifstream(file), kept);
  EXPECT_EQ(kept, text);
  EXPECT_EQ(mode_of(file), 0644U);
}

TEST_F(OpenTest, ADirectoryIsNamedAsSuch) {
  const auto opened = Store::open(directory_.string(), "x");
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, ErrorCode::invalid);
  EXPECT_NE(opened.error().message.find("is a directory"), std::string::npos);
}

TEST_F(OpenTest, AMissingDirectoryIsAnErrorThatNamesThePath) {
  const auto missing = (directory_ / "nowhere" / "morpheus.db").string();
  const auto opened = Store::open(missing, "x");
  ASSERT_FALSE(opened);
  EXPECT_NE(opened.error().message.find(missing), std::string::npos);
}

TEST_F(OpenTest, WhatWasCommittedOutlivesAKilledDaemon) {
  store_.reset();
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    reopen();
    add_forest("committed");
    const Store::Transaction open(*store_);
    add_forest("never-committed");
    ::kill(::getpid(), SIGKILL);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status));
  reopen();
  ASSERT_EQ(store_->forests().size(), 1U);
  EXPECT_EQ(store_->forests()[0].name, "committed");
}

}  // namespace
}  // namespace morpheus
