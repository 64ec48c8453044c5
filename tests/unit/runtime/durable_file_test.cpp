#include "daemon/runtime/durable_file.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <array>
#include <csignal>
#include <fstream>

#include "tests/tools/child.hpp"
#include "tests/tools/temp_dir.hpp"

namespace morpheus {
namespace {

const std::string hint = "make room";

unsigned mode_of(const std::filesystem::path& path) {
  struct stat status {};
  EXPECT_EQ(::stat(path.c_str(), &status), 0) << path;
  return status.st_mode & 07777u;
}

// This process's umask for as long as it lives.
class Umask {
 public:
  explicit Umask(mode_t mask) : before_(::umask(mask)) {}
  Umask(const Umask&) = delete;
  Umask& operator=(const Umask&) = delete;
  ~Umask() { ::umask(before_); }

 private:
  mode_t before_;
};

// No file of this process grows past so many bytes: as a full disk, a write comes back short, and the next one fails.
class FileLimit {
 public:
  explicit FileLimit(rlim_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{bytes, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  FileLimit(const FileLimit&) = delete;
  FileLimit& operator=(const FileLimit&) = delete;
  ~FileLimit() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }

 private:
  rlimit before_{};
  void (*handler_)(int);
};

class DurableFileTest : public testing::Test {
 protected:
  const TempDir dir_;
  const std::filesystem::path file_ = dir_ / "state.json";
  const std::filesystem::path draft_ = dir_ / "state.json.tmp";
};

TEST_F(DurableFileTest, IsPrivateWhateverTheUmask) {
  for (const mode_t mask : std::array<mode_t, 3>{0000, 0022, 0777}) {
    const Umask hostile(mask);
    ASSERT_TRUE(replace_file(file_, "one", hint)) << std::oct << mask;
    EXPECT_EQ(mode_of(file_), 0600u) << std::oct << mask;
    ASSERT_TRUE(write_file(dir_ / "whole", "two", hint));
    EXPECT_EQ(mode_of(dir_ / "whole"), 0600u) << std::oct << mask;
  }
}

TEST_F(DurableFileTest, TheOldOneGoesAndNothingElseStays) {
  ASSERT_TRUE(replace_file(file_, "a long first text", hint));
  ASSERT_TRUE(replace_file(file_, "second", hint));
  EXPECT_EQ(read_text(file_), "second");
  EXPECT_FALSE(std::filesystem::exists(draft_));
}

TEST_F(DurableFileTest, WhatACrashLeftIsReplacedWithItsMode) {
  std::ofstream(draft_) << "half of something longer";
  ASSERT_EQ(::chmod(draft_.c_str(), 0644), 0);
  ASSERT_TRUE(replace_file(file_, "whole", hint));
  EXPECT_EQ(read_text(file_), "whole");
  EXPECT_EQ(mode_of(file_), 0600u);
  EXPECT_FALSE(std::filesystem::exists(draft_));
}

TEST_F(DurableFileTest, ALinkInItsPlaceIsNotFollowed) {
  std::ofstream(dir_ / "elsewhere") << "kept";
  std::filesystem::create_symlink(dir_ / "elsewhere", draft_);
  ASSERT_TRUE(replace_file(file_, "whole", hint));
  EXPECT_EQ(read_text(dir_ / "elsewhere"), "kept");
  EXPECT_FALSE(std::filesystem::is_symlink(file_));
}

TEST_F(DurableFileTest, WritingOverAFileKeepsItsSizeAndTakesNothingLonger) {
  ASSERT_TRUE(replace_file(file_, "0123456789", hint));
  ASSERT_TRUE(overwrite_file(file_, "short", hint));
  EXPECT_EQ(read_text(file_), "short     ");
  const auto longer = overwrite_file(file_, "01234567890", hint);
  ASSERT_FALSE(longer);
  EXPECT_EQ(longer.error().code, ErrorCode::invalid);
  EXPECT_EQ(read_text(file_), "short     ");
  EXPECT_FALSE(overwrite_file(dir_ / "absent", "x", hint));
}

TEST_F(DurableFileTest, AFailureNamesPathAndReasonAndTheHint) {
  const auto nowhere = dir_ / "absent/state.json";
  const auto failed = replace_file(nowhere, "text", hint);
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, ErrorCode::failed);
  EXPECT_EQ(failed.error().message, nowhere.string() + ".tmp: No such file or directory");
  EXPECT_EQ(failed.error().hint, hint);
  const auto unsynced = sync_directory(dir_ / "absent", hint);
  ASSERT_FALSE(unsynced);
  EXPECT_EQ(unsynced.error().message, (dir_ / "absent").string() + ": No such file or directory");
}

TEST_F(DurableFileTest, AFullDiskLeavesTheOldOneUntouched) {
  ASSERT_TRUE(replace_file(file_, "old", hint));
  const std::string text(10'000, 'x');
  {
    const FileLimit limit(4'096);
    const auto failed = replace_file(file_, text, hint);
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().message, draft_.string() + ": File too large");
  }
  EXPECT_EQ(std::filesystem::file_size(draft_), 4'096u) << "the fault did not come in the middle";
  EXPECT_EQ(read_text(file_), "old");
  ASSERT_TRUE(replace_file(file_, text, hint));
  EXPECT_EQ(read_text(file_), text);
}

TEST_F(DurableFileTest, WhatCannotBeReplacedIsLeft) {
  std::filesystem::create_directories(file_ / "inside");
  const auto failed = replace_file(file_, "text", hint);
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().message, file_.string() + ": Is a directory");
  EXPECT_TRUE(std::filesystem::exists(file_ / "inside"));
}

TEST_F(DurableFileTest, ANewFileTakesNobodysPlace) {
  std::ofstream(file_) << "kept";
  const auto taken = NewFile::make(file_, hint);
  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().message, file_.string() + ": File exists");
  EXPECT_EQ(read_text(file_), "kept");
  auto made = NewFile::make(dir_ / "new", hint);
  ASSERT_TRUE(made);
  ASSERT_TRUE(made->write("in "));
  ASSERT_TRUE(made->write("pieces"));
  ASSERT_TRUE(made->sync());
  EXPECT_EQ(read_text(dir_ / "new"), "in pieces");
  EXPECT_EQ(mode_of(dir_ / "new"), 0600u);
}

}  // namespace
}  // namespace morpheus
