#include <gmock/gmock.h>
#include <signal.h>

#include <algorithm>
#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/datagram_protocol.hpp>
#include <filesystem>
#include <mutex>
#include <thread>

#include "tests/integration/daemon_box.hpp"

namespace morpheus {

namespace asio = boost::asio;

namespace {

using testing::Contains;
using testing::HasSubstr;

constexpr std::chrono::milliseconds five_beats{1'000};

// A stand-in for the service manager: the socket that sd_notify(3) writes to, read as fast as it is written.
class FakeManager {
 public:
  explicit FakeManager(std::string path) : path_(std::move(path)), socket_(loop_, path_) {
    receive();
    reader_ = std::jthread([this] { loop_.run(); });
  }
  ~FakeManager() { loop_.stop(); }

  std::string variable() const { return "NOTIFY_SOCKET=" + path_; }

  // All that it was told so far, in order.
  std::vector<std::string> told() const {
    const std::lock_guard lock(mutex_);
    return told_;
  }

  std::ptrdiff_t times(const std::string& what) const { return std::ranges::count(told(), what); }

  // From now on what is written to it piles up.
  void listen_no_more() { loop_.stop(); }

 private:
  void receive() {
    socket_.async_receive(asio::buffer(buffer_), [this](const boost::system::error_code& error, std::size_t size) {
      if (error) return;
      {
        const std::lock_guard lock(mutex_);
        told_.emplace_back(buffer_.data(), size);
      }
      receive();
    });
  }

  std::string path_;
  asio::io_context loop_;
  asio::local::datagram_protocol::socket socket_;
  std::array<char, 4096> buffer_{};
  mutable std::mutex mutex_;
  std::vector<std::string> told_;
  std::jthread reader_;
};

class Service : public testing::Test {
 protected:
  void serve() {
    settings_.environment = {manager_.variable(), "WATCHDOG_USEC=400000"};
    box_.emplace(settings_);
    box_->start();
    ASSERT_TRUE(wait_until([&] { return manager_.times("READY=1") == 1; }, limit)) << box_->log();
  }

  TempDir dir_;
  BoxSettings settings_;
  FakeManager manager_{dir_ / "notify"};
  std::optional<DaemonBox> box_;
};

TEST_F(Service, ShowsWhatItDoes) {
  settings_.slow_start = true;
  serve();
  EXPECT_THAT(manager_.told(), Contains("STATUS=0 forests, 0 nodes"));
  box_->hold_servers();
  Child plant = box_->start_ctl({"plant", "local", "small", "--name", "oak"});
  EXPECT_TRUE(wait_until([&] { return manager_.times("STATUS=1 forest, 1 node; oak: plant, oak-node-1 booting") > 0; }, limit));
  box_->release_servers();
  ASSERT_EQ(plant.wait(limit), 0) << box_->log();
  EXPECT_TRUE(wait_until([&] { return manager_.times("STATUS=1 forest, 1 node") > 0; }, limit));
  EXPECT_EQ(box_->terminate(), 0);
  EXPECT_THAT(manager_.told().back(), HasSubstr("STOPPING=1"));
}

TEST_F(Service, IsReadyOnlyOnceEachNodeWasAskedOrTheTimeOutHasPassed) {
  serve();
  ASSERT_EQ(box_->ctl({"plant", "local", "small", "--name", "oak"}).status, 0) << box_->log();
  EXPECT_EQ(box_->terminate(), 0);
  const auto servers = box_->server_pids();
  ASSERT_EQ(servers.size(), 1);
  ASSERT_EQ(::kill(servers.front(), SIGSTOP), 0);
  box_->start();
  EXPECT_EQ(manager_.times("READY=1"), 1) << "it answers already, and its node does not";
  ASSERT_TRUE(wait_until([&] { return manager_.times("READY=1") == 2; }, limit)) << box_->log();
  EXPECT_TRUE(wait_until([&] { return manager_.times("STATUS=1 forest, 1 node, 1 of them unknown") > 0; }, limit));
  ::kill(servers.front(), SIGCONT);
}

TEST_F(Service, SaysThatItReloadsAndThatItHas) {
  serve();
  const auto reloads = [&] {
    const auto told = manager_.told();
    return std::ranges::count_if(told, [](const auto& each) { return each.starts_with("RELOADING=1\nMONOTONIC_USEC="); });
  };
  settings_.max_nodes = 2;
  box_->configure(settings_);
  box_->reload();
  ASSERT_TRUE(wait_until([&] { return reloads() == 1 && manager_.times("READY=1") == 2; }, limit));
  box_->configure("no: [configuration");
  box_->reload();
  ASSERT_TRUE(wait_until([&] { return reloads() == 2 && manager_.times("READY=1") == 3; }, limit));
  EXPECT_THAT(box_->log(), HasSubstr("not reloaded, nothing is changed"));
}

TEST_F(Service, TheLoopItselfFeedsTheWatchdog) {
  serve();
  const auto before = manager_.times("WATCHDOG=1");
  ASSERT_TRUE(wait_until([&] { return manager_.times("WATCHDOG=1") > before + 2; }, limit));
  box_->freeze();
  const auto frozen = manager_.times("WATCHDOG=1");
  EXPECT_FALSE(wait_until([&] { return manager_.times("WATCHDOG=1") > frozen; }, five_beats));
  box_->thaw();
  EXPECT_TRUE(wait_until([&] { return manager_.times("WATCHDOG=1") > frozen; }, limit));
}

TEST_F(Service, AManagerThatDoesNotListenHoldsNothingUp) {
  serve();
  manager_.listen_no_more();
  ASSERT_EQ(box_->ctl({"plant", "local", "medium", "--name", "oak"}).status, 0) << box_->log();
  EXPECT_TRUE(wait_until([&] { return box_->log().find("it does not listen") != std::string::npos; }, limit)) << box_->log();
  EXPECT_EQ(box_->ctl({"list"}).status, 0);
  EXPECT_EQ(box_->terminate(), 0);
}

TEST_F(Service, ItsServersKnowNothingOfTheManager) {
  serve();
  ASSERT_EQ(box_->ctl({"plant", "local", "small", "--name", "oak"}).status, 0) << box_->log();
  const auto servers = box_->server_pids();
  ASSERT_EQ(servers.size(), 1);
  const auto environment = read_text("/proc/" + std::to_string(servers.front()) + "/environ");
  EXPECT_THAT(environment, HasSubstr("GOMAXPROCS="));
  for (const char* name : {"NOTIFY_SOCKET", "WATCHDOG_USEC", "LISTEN_FDS"}) EXPECT_EQ(environment.find(name), std::string::npos) << name;
}

// With the real tool: it listens, and starts the daemon when somebody calls.
Child activate(const DaemonBox& box, const std::string& socket) {
  Command command;
  command.arguments = {"/usr/bin/systemd-socket-activate", "--listen=" + socket, MORPHEUSD, "--config", box.config_file()};
  command.out = command.err = box.file("activated-log");
  return Child(command);
}

TEST(Activation, TakesTheSocketThatListensAlreadyAndLeavesItsFile) {
  DaemonBox box;
  Child daemon = activate(box, box.socket());
  ASSERT_TRUE(wait_until([&] { return std::filesystem::exists(box.socket()); }, limit));
  EXPECT_EQ(box.ctl({"list"}).status, 0) << "the first call waits for the start" << read_text(box.file("activated-log"));
  EXPECT_EQ(daemon.terminate(limit), 0);
  EXPECT_TRUE(std::filesystem::exists(box.socket())) << "the file is the manager's";
  EXPECT_THAT(read_text(box.file("activated-log")), HasSubstr("stopped; the forests go on"));
}

TEST(Activation, ASocketElsewhereIsRefusedWithWhatToType) {
  DaemonBox box;
  Child daemon = activate(box, box.file("other.sock"));
  ASSERT_TRUE(wait_until([&] { return std::filesystem::exists(box.file("other.sock")); }, limit));
  Command call;
  call.arguments = {MORPHEUSCTL, "--socket", box.file("other.sock"), "list"};
  call.out = call.err = box.file("call");
  Child(call).wait(limit);
  EXPECT_EQ(daemon.wait(limit), 1);
  EXPECT_THAT(read_text(box.file("activated-log")), HasSubstr("give ListenStream= of morpheusd.socket"));
}

}  // namespace
}  // namespace morpheus
