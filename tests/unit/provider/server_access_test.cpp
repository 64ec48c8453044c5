#include "daemon/provider/local/server_access.hpp"

#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <fstream>

#include "daemon/provider/local/run_node.hpp"
#include "daemon/provider/local/server_watch.hpp"
#include "tests/tools/temp_dir.hpp"
#include "tests/unit/provider/real_servers.hpp"

namespace morpheus {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr gid_t somebody = 54'321;

// A machine as an earlier daemon left it: all of it is this process's user's.
class ServerAccess : public testing::Test {
 protected:
  ServerAccess() {
    std::filesystem::create_directories(files_.data / "jetstream/meta");
    write(files_.conf);
    write(files_.data / "jetstream/meta/1.blk");
    record(false, true);
    for (const auto& directory : {files_.data, files_.data / "jetstream", files_.data / "jetstream/meta", dir_.path()}) ::chmod(directory.c_str(), 0700);
  }

  void record(bool off, bool witness) const {
    std::ofstream(dir_.record_file()) << R"({"name":"oak-node-1","forest":"oak","intent":"i","controller":"c","address":"127.16.0.1","off":)"
                                      << (off ? "true" : "false") << R"(,"witness":)" << (witness ? "true" : "false") << "}";
    ::chmod(dir_.record_file().c_str(), 0600);
  }
  static void write(const std::filesystem::path& file) {
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file) << "text";
    ::chmod(file.c_str(), 0600);
  }
  static std::string mode(const std::filesystem::path& path) {
    struct stat found {};
    if (::lstat(path.c_str(), &found) != 0) return "none";
    return fmt::format("{:o}{}", found.st_mode & ALLPERMS, found.st_gid == group() ? "" : " of another group");
  }
  static gid_t group() { return ::geteuid() == 0 ? somebody : ::getegid(); }
  Result<> remove() const { return run_node(state_.path(), Config::Local{}, removal_instance("oak-node-1")); }
  bool has_data(const ServerFiles& files) const { return !std::filesystem::is_empty(files.data); }

  TempDir state_;
  MachineDir dir_{state_ / "local/oak-node-1"};
  ServerFiles files_ = dir_.server();
};

TEST_F(ServerAccess, AServerReadsWhatItIsToldWritesItsLogAndChangesItsDataAlone) {
  ASSERT_TRUE(let_in(dir_, files_, group()));
  EXPECT_EQ(mode(files_.conf), "640");
  EXPECT_EQ(mode(dir_.record_file()), "640");
  EXPECT_EQ(mode(files_.lock), "660");
  EXPECT_EQ(mode(files_.log), "660");
  EXPECT_EQ(mode(dir_.path()), "710");
  EXPECT_EQ(mode(state_ / "local"), "710");
  for (const auto& directory : {files_.data, files_.data / "jetstream", files_.data / "jetstream/meta"}) EXPECT_EQ(mode(directory), "770");
  EXPECT_EQ(mode(files_.data / "jetstream/meta/1.blk"), "660");
}

TEST_F(ServerAccess, AWitnesssDataIsMadeForItsServerMayMakeNothingBesideIt) {
  write(dir_.witness().conf);
  ASSERT_TRUE(let_in(dir_, dir_.witness(), group()));
  EXPECT_EQ(mode(dir_.witness().data), "770");
}

TEST_F(ServerAccess, OpenDataIsNotWalkedAgainForServersMayPutLinksThere) {
  ASSERT_TRUE(let_in(dir_, files_, group()));
  write(state_ / "secret");
  std::filesystem::create_symlink(state_ / "secret", files_.data / "link");
  std::filesystem::create_hard_link(state_ / "secret", files_.data / "second name");
  ASSERT_TRUE(let_in(dir_, files_, group()));
  EXPECT_THAT(mode(state_ / "secret"), HasSubstr("600"));
}

TEST_F(ServerAccess, ALinkIsNotFollowedAndTheDataStaysClosed) {
  write(state_ / "secret");
  for (const bool hard : {false, true}) {
    const auto link = files_.data / "jetstream/link";
    hard ? std::filesystem::create_hard_link(state_ / "secret", link) : std::filesystem::create_symlink(state_ / "secret", link);
    const auto done = let_in(dir_, files_, group());
    ASSERT_FALSE(done);
    EXPECT_THAT(done.error().message, HasSubstr("jetstream/link"));
    EXPECT_THAT(mode(files_.data), HasSubstr("700"));
    EXPECT_THAT(mode(state_ / "secret"), HasSubstr("600"));
    std::filesystem::remove(link);
  }
}

TEST_F(ServerAccess, DataIsTakenBackForAServerOfThisUserAndHandedOverAgain) {
  ASSERT_TRUE(take_back(files_)) << "nobody else's yet";
  ASSERT_TRUE(let_in(dir_, files_, group()));
  ASSERT_TRUE(take_back(files_));
  EXPECT_EQ(mode(files_.data), "700");
  write(files_.data / "jetstream/later");
  ASSERT_TRUE(let_in(dir_, files_, group()));
  EXPECT_EQ(mode(files_.data / "jetstream/later"), "660");
}

// As a process of user `somebody`, whose the data are, all but one file of root's. Ends with 0 if all is as it should be.
[[noreturn]] void look_as_another_user(const ServerFiles& files) {
  if (::setresgid(somebody, somebody, somebody) != 0 || ::setresuid(somebody, somebody, somebody) != 0) ::_exit(2);
  const auto others = has_others_files(files);
  const auto taken = take_back(files);
  ::_exit(others && *others && !taken && taken.error().code == ErrorCode::refused ? 0 : 1);
}

TEST_F(ServerAccess, AnotherUsersFilesAreNotTakenBack) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root makes files of two users";
  for (const auto& directory : {state_.path(), state_ / "local", dir_.path()}) ASSERT_EQ(::chmod(directory.c_str(), 0711), 0);
  for (const auto& directory : {files_.data, files_.data / "jetstream", files_.data / "jetstream/meta"}) {
    ASSERT_EQ(::chown(directory.c_str(), somebody, somebody), 0);
    ASSERT_EQ(::chmod(directory.c_str(), 0770), 0);
  }
  EXPECT_EXIT(look_as_another_user(files_), testing::ExitedWithCode(0), "");
  EXPECT_THAT(mode(files_.data), HasSubstr("770"));
}

TEST_F(ServerAccess, ARemovalEmptiesTheDataOfAMachineThatIsOff) {
  write(dir_.witness().data / "meta");
  const auto refused = remove();
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("not off"));
  EXPECT_TRUE(has_data(files_) && has_data(dir_.witness()));
  record(true, true);
  ASSERT_TRUE(remove());
  EXPECT_FALSE(has_data(files_) || has_data(dir_.witness()));
}

TEST_F(ServerAccess, ARemovalLeavesTheServerOfARetiredWitnessItsData) {
  write(dir_.witness().data / "meta");
  record(false, false);
  ASSERT_TRUE(remove());
  EXPECT_TRUE(has_data(files_));
  EXPECT_FALSE(has_data(dir_.witness()));
}

TEST_F(ServerAccess, ARemovalTakesNothingFromAServerThatRuns) {
  record(true, false);
  const auto lock = take_lock(files_);
  ASSERT_TRUE(lock && *lock);
  EXPECT_THAT(remove().error().message, HasSubstr("runs"));
  EXPECT_TRUE(has_data(files_));
}

class Signalling : public ServerStarter {
 public:
  std::optional<gid_t> group() const override { return std::nullopt; }
  asio::awaitable<bool> start(std::string, ServerFiles) override { co_return false; }
  asio::awaitable<Result<>> signal(std::string instance, int signal) override {
    sent.push_back(fmt::format("{} {}", instance, signal));
    co_return Result<>{};
  }
  asio::awaitable<Result<>> perform(std::string) override { co_return Result<>{}; }
  std::vector<std::string> sent;
};

// A lock of this process stands for one whose holder is not to be seen.
TEST_F(ServerAccess, AServerThatIsOutOfReachIsSignalledThroughItsStarter) {
  Signalling starter;
  ASSERT_TRUE(run(signal_server(&starter, "oak-node-1", files_.lock, SIGUSR2)));
  EXPECT_THAT(starter.sent, testing::IsEmpty()) << "nobody holds the lock";
  const auto lock = take_lock(files_);
  ASSERT_TRUE(lock && *lock);
  ASSERT_TRUE(run(signal_server(nullptr, "oak-node-1", files_.lock, SIGUSR2)));
  ASSERT_TRUE(run(signal_server(&starter, "oak-node-1", files_.lock, SIGUSR2)));
  EXPECT_THAT(starter.sent, ElementsAre(fmt::format("oak-node-1 {}", SIGUSR2)));
}

}  // namespace
}  // namespace morpheus
