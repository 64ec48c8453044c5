#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/datagram_protocol.hpp>
#include <array>
#include <csignal>
#include <filesystem>

#include "tests/integration/daemon_box.hpp"

namespace morpheus {

namespace asio = boost::asio;

namespace {

// A stand-in for journald: its socket, which the daemon finds at journald's own place.
class FakeJournald {
 public:
  explicit FakeJournald(const std::string& directory) : socket_(loop_, made(directory)) {
    socket_.non_blocking(true);
  }

  // The first entry that holds all `parts`, of those that came so far and were not taken.
  std::optional<std::string> take(const std::vector<std::string>& parts) {
    collect();
    const auto found = std::ranges::find_if(entries_, [&](const std::string& entry) {
      return std::ranges::all_of(parts, [&](const std::string& part) { return entry.find(part) != std::string::npos; });
    });
    if (found == entries_.end()) return std::nullopt;
    std::string entry = *found;
    entries_.erase(found);
    return entry;
  }

 private:
  static asio::local::datagram_protocol::endpoint made(const std::string& directory) {
    std::filesystem::create_directory(directory);
    return {directory + "/socket"};
  }

  void collect() {
    std::array<char, 65536> buffer{};
    boost::system::error_code nothing;
    for (;;) {
      const auto size = socket_.receive(asio::buffer(buffer), 0, nothing);
      if (nothing) return;
      entries_.emplace_back(buffer.data(), size);
    }
  }

  asio::io_context loop_;
  asio::local::datagram_protocol::socket socket_;
  std::vector<std::string> entries_;
};

// The daemon as a service has it: journald's socket, and stderr a stream that JOURNAL_STREAM names.
Child start_as_service(const DaemonBox& box, const std::string& journal) {
  Command command;
  const std::string script = fmt::format(
      "mount -t tmpfs tmpfs /run && mkdir -p /run/systemd/journal && mount --bind {} /run/systemd/journal && "
      "JOURNAL_STREAM=$(stat -Lc %d:%i /dev/stderr) exec {} --config {}",
      journal, MORPHEUSD, box.config_file());
  command.arguments = {"/usr/bin/unshare", "--mount", "--propagation", "private", "/bin/sh", "-c", script};
  command.out = command.err = box.file("service-log");
  return Child(command);
}

TEST(Journald, HasDecisionsFailuresAndWhatCannotGrowWithFields) {
  if (::geteuid() != 0) GTEST_SKIP() << "a mount namespace needs root";
  BoxSettings settings;
  settings.growth = true;
  settings.threshold_memory = 1;  // every server is above it
  settings.max_nodes = 1;
  DaemonBox box(settings);
  FakeJournald journald(box.file("journal"));
  Child daemon = start_as_service(box, box.file("journal"));
  const auto is_told = [&](const std::vector<std::string>& parts) {
    std::optional<std::string> entry;
    wait_until([&] { return (entry = journald.take(parts)).has_value(); }, limit);
    return entry;
  };
  ASSERT_TRUE(wait_until([&] { return box.ctl({"list"}).status == 0; }, limit)) << read_text(box.file("service-log"));
  ASSERT_EQ(box.ctl({"plant", "local", "small", "--name", "f"}).status, 0);
  const auto planted = is_told({"MESSAGE_ID=83aa2704443647c7a77e9c2f0597b07d\n", "MORPHEUS_KIND=operation\n", "succeeded"});
  ASSERT_TRUE(planted);
  for (const char* field : {"PRIORITY=6\n", "MORPHEUS_FOREST=f\n", "MORPHEUS_OPERATION=1\n", "SYSLOG_IDENTIFIER=morpheusd\n"}) {
    EXPECT_NE(planted->find(field), std::string::npos) << field << *planted;
  }
  EXPECT_TRUE(is_told({"MORPHEUS_NODE=f-node-1\n", "MORPHEUS_KIND=node\n"}));
  EXPECT_TRUE(is_told({"MESSAGE_ID=488303a61e114acfb3770d654b70ea9b\n", "MORPHEUS_KIND=command\n", "MORPHEUS_FOREST=f\n", "MORPHEUS_USER=root\n",
                       "MORPHEUS_UID=0\n", "MORPHEUS_PID=", "MORPHEUS_PROGRAM=morpheusctl\n", "MORPHEUS_COMMAND=plant local small\n"}))
      << "the audit trail";
  const std::vector<std::string> cannot_grow{"MESSAGE_ID=a5d38dffeea04b15b544e66ad61e6537\n", "PRIORITY=4\n", "max_nodes"};
  ASSERT_TRUE(is_told(cannot_grow)) << read_text(box.file("service-log"));
  const auto times = times_decided(box.database());
  ASSERT_TRUE(wait_until([&] { return times_decided(box.database()) > times + 10; }, limit)) << "it is decided again and again";
  EXPECT_FALSE(journald.take(cannot_grow)) << "and told once";
  EXPECT_EQ(box.ctl({"grow", "f", "--auto"}).status, 4);
  ASSERT_TRUE(wait_until([&] { return times_decided(box.database()) > times + 20; }, limit));
  EXPECT_TRUE(journald.take(cannot_grow)) << "who asks is told";
  EXPECT_FALSE(journald.take(cannot_grow)) << "the loop's answer is the one that it was";
  EXPECT_NE(box.ctl({"events", "-n", "100"}).out.find("max_nodes forbids it"), std::string::npos);
  const auto log = read_text(box.file("service-log"));
  EXPECT_EQ(log.find("max_nodes forbids it"), std::string::npos) << "not twice in the journal: " << log;
  for (const int pid : box.server_pids()) ::kill(pid, SIGKILL);
  EXPECT_TRUE(is_told({"MESSAGE_ID=4da132e1c5f34e3580c0e2d7c8b29281\n", "MORPHEUS_NODE=f-node-1\n", "unknown"}));
  EXPECT_EQ(daemon.terminate(limit), 0);
}

TEST(Journald, WithoutItEventsAreLines) {
  DaemonBox box;
  box.start();
  ASSERT_EQ(box.ctl({"plant", "local", "small", "--name", "f"}).status, 0);
  EXPECT_NE(box.log().find("info: f: plant #1 succeeded"), std::string::npos) << box.log();
}

}  // namespace
}  // namespace morpheus
