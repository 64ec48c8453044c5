#include <gmock/gmock.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <filesystem>

#include "common/protocol/views.hpp"
#include "ctl/render/findings.hpp"
#include "tests/unit/ctl/fake_daemon.hpp"
#include "tests/unit/ctl/run_ctl.hpp"

namespace morpheus::ctl::test {
namespace {

using ::testing::HasSubstr;

const std::vector<Finding> findings_scene{{"database", FindingLevel::ok, "it can be written", ""},
                                 {"clock", FindingLevel::warning, "it is not synchronised", "timedatectl"},
                                 {"local: nats-server", FindingLevel::failed, "it cannot be run", "apt install nats-server"}};

TEST(RenderFindings, HasALineEachAndTheHintUnderIt) {
  EXPECT_EQ(render_findings(findings_scene, Style(false)),
            "✓ database: it can be written\n"
            "! clock: it is not synchronised\n    timedatectl\n"
            "✗ local: nats-server: it cannot be run\n    apt install nats-server\n");
  EXPECT_THAT(render_findings(findings_scene, Style(true)), HasSubstr("\x1b[32m✓\x1b[0m"));
}

TEST(DoctorCommand, OnlyWhatFailedMakesItFail) {
  FakeDaemon daemon;
  daemon.on("GET /v1/version", reply(VersionView{"0.0.0", "v1"}));
  daemon.on("GET /v1/doctor", reply(std::vector<Finding>{findings_scene[0], findings_scene[1]}));
  const auto good = run_ctl(daemon.socket(), {"doctor"});
  EXPECT_EQ(good.status, 0) << good.err;
  EXPECT_THAT(good.out, HasSubstr("! socket: morpheusd 0.0.0 answered on " + daemon.socket()));
  EXPECT_THAT(good.out, HasSubstr("and this is morpheusctl"));
  daemon.on("GET /v1/doctor", reply(findings_scene));
  const auto bad = run_ctl(daemon.socket(), {"doctor", "-o", "json"});
  EXPECT_EQ(bad.status, 1);
  const auto json = nlohmann::json::parse(bad.out);
  ASSERT_EQ(json.size(), 4U);
  EXPECT_EQ(json[3], nlohmann::json(findings_scene[2]));
}

TEST(DoctorCommand, ADaemonThatDoesNotSayIsNamedWithWhoListens) {
  FakeDaemon daemon;
  daemon.on("GET /v1/version", silence());
  const auto mute = run_ctl(daemon.socket(), {"--timeout", "0.3", "doctor"});
  EXPECT_EQ(mute.status, 3);
  EXPECT_THAT(mute.out, HasSubstr("process " + std::to_string(::getpid())));
  EXPECT_THAT(mute.out, HasSubstr("✗ daemon: "));
  daemon.on("GET /v1/version", error(403, "denied", "user nobody may not do this", "ask your admin"));
  const auto refused = run_ctl(daemon.socket(), {"doctor"});
  EXPECT_EQ(refused.status, 6);
  EXPECT_THAT(refused.out, HasSubstr("✗ daemon: user nobody may not do this\n    ask your admin\n"));
}

TEST(DoctorCommand, WhatIsWrongWithASocketIsSaid) {
  std::string directory = (std::filesystem::temp_directory_path() / "morpheus-socket-XXXXXX").string();
  ASSERT_NE(::mkdtemp(directory.data()), nullptr);
  const auto path = directory + "/socket";
  EXPECT_EQ(run_ctl(path, {"doctor"}).out,
            "✗ socket: there is no " + path + "\n    systemctl start morpheusd, or name another socket with --socket or MORPHEUS_SOCKET\n");
  EXPECT_THAT(run_ctl("/dev/null", {"doctor"}).out, HasSubstr("/dev/null is no socket"));
  const int socket = ::socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, path.size());
  ASSERT_EQ(::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
  ::close(socket);
  const auto left_over = run_ctl(path, {"doctor"});
  EXPECT_EQ(left_over.status, 3);
  EXPECT_THAT(left_over.out, HasSubstr("nobody listens on " + path));
  std::filesystem::remove_all(directory);
}

}  // namespace
}  // namespace morpheus::ctl::test
