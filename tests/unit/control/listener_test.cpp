#include "daemon/control/listener.hpp"

#include <gmock/gmock.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <list>

#include "tests/tools/temp_dir.hpp"

namespace morpheus {
namespace fs = std::filesystem;
namespace {

using testing::HasSubstr;
using Socket = asio::local::stream_protocol::socket;
using Acceptor = asio::local::stream_protocol::acceptor;

class Listeners : public testing::Test {
 protected:
  bool answers() {
    Socket client(loop_);
    boost::system::error_code error;
    client.connect(path_, error);
    return !error;
  }

  TempDir dir_;
  std::string path_ = dir_ / "a" / "b" / "control.sock";
  asio::io_context loop_{1};
  Listener listener_{loop_.get_executor()};
};

fs::perms mode_of(const fs::path& path) { return fs::status(path).permissions(); }

TEST_F(Listeners, SocketAndItsDirectoriesAreOpenToEveryUserWhateverTheUmask) {
  const auto before = ::umask(0077);
  const auto opened = listener_.open(path_);
  ::umask(before);
  ASSERT_TRUE(opened);
  EXPECT_EQ(mode_of(path_), fs::perms(0666));
  EXPECT_EQ(mode_of(dir_ / "a" / "b"), fs::perms(0755));
  EXPECT_EQ(mode_of(dir_ / "a"), fs::perms(0755));
  EXPECT_EQ(mode_of(dir_.path()), fs::perms(0700));  // was there before
  EXPECT_TRUE(answers());
}

TEST_F(Listeners, RemovesItsSocketAtTheEnd) {
  ASSERT_TRUE(listener_.open(path_));
  listener_.close();
  EXPECT_FALSE(fs::exists(path_));
  EXPECT_TRUE(Listener(loop_.get_executor()).open(path_));
  EXPECT_FALSE(fs::exists(path_));
}

TEST_F(Listeners, SocketOfADeadDaemonIsReplaced) {
  fs::create_directories(dir_ / "a" / "b");
  { Acceptor dead(loop_, asio::local::stream_protocol::endpoint(path_)); }
  ASSERT_TRUE(fs::exists(path_));
  EXPECT_FALSE(answers());
  ASSERT_TRUE(listener_.open(path_));
  EXPECT_TRUE(answers());
}

TEST_F(Listeners, SecondDaemonIsRefusedAndTheFirstGoesOn) {
  ASSERT_TRUE(listener_.open(path_));
  Listener second(loop_.get_executor());
  const auto opened = second.open(path_);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, ErrorCode::conflict);
  EXPECT_EQ(opened.error().message, "another morpheusd listens on " + path_);
  second.close();
  EXPECT_TRUE(answers());
}

TEST_F(Listeners, DaemonThatIsTooBusyToAcceptCountsAsOneThatListens) {
  fs::create_directories(dir_ / "a" / "b");
  const int busy = ::socket(AF_UNIX, SOCK_STREAM, 0);
  const asio::local::stream_protocol::endpoint endpoint(path_);
  ASSERT_EQ(::bind(busy, endpoint.data(), static_cast<socklen_t>(endpoint.size())), 0);
  ASSERT_EQ(::listen(busy, 0), 0);
  std::list<Socket> waiting;
  int failure = 0;
  while (failure == 0 && waiting.size() < 100) {
    waiting.emplace_back(loop_).open();
    waiting.back().native_non_blocking(true);
    failure =
        ::connect(waiting.back().native_handle(), endpoint.data(), static_cast<socklen_t>(endpoint.size()));
  }
  ASSERT_EQ(errno, EAGAIN);
  const auto opened = listener_.open(path_);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, ErrorCode::conflict);
  ::close(busy);
}

TEST_F(Listeners, WhatIsNoSocketStays) {
  fs::create_directories(dir_ / "a" / "b");
  std::ofstream(path_) << "precious";
  const auto opened = listener_.open(path_);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, ErrorCode::failed);
  EXPECT_THAT(opened.error().message, HasSubstr("no socket"));
  listener_.close();
  EXPECT_EQ(fs::file_size(path_), 8u);
  EXPECT_FALSE(listener_.open(dir_.path()));
  fs::create_symlink(path_, dir_ / "link");
  EXPECT_FALSE(listener_.open(dir_ / "link"));
  EXPECT_TRUE(fs::is_symlink(dir_ / "link"));
}

TEST_F(Listeners, SocketOfAnotherKindStays) {
  fs::create_directories(dir_ / "a" / "b");
  const int other = ::socket(AF_UNIX, SOCK_DGRAM, 0);
  const asio::local::stream_protocol::endpoint endpoint(path_);
  ASSERT_EQ(::bind(other, endpoint.data(), static_cast<socklen_t>(endpoint.size())), 0);
  const auto opened = listener_.open(path_);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, ErrorCode::failed);
  EXPECT_TRUE(fs::exists(path_));
  ::close(other);
}

TEST_F(Listeners, SocketThatIsAnothersByNowStays) {
  ASSERT_TRUE(listener_.open(path_));
  fs::remove(path_);
  Listener next(loop_.get_executor());
  ASSERT_TRUE(next.open(path_));
  listener_.close();
  EXPECT_TRUE(answers());
}

TEST_F(Listeners, PathThatNoSocketCanHaveIsRefused) {
  for (const std::string& path : {std::string(), (dir_ / std::string(120, 'x')).string()}) {
    const auto opened = listener_.open(path);
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, ErrorCode::invalid);
    EXPECT_THAT(opened.error().message, HasSubstr("1 to 107 bytes"));
  }
}

TEST_F(Listeners, DirectoryThatCannotBeMadeIsNamed) {
  std::ofstream(dir_ / "a") << "a file";
  const auto opened = listener_.open(path_);
  ASSERT_FALSE(opened);
  EXPECT_THAT(opened.error().message, HasSubstr(path_));
}

}  // namespace
}  // namespace morpheus
