#include <gmock/gmock.h>

#include "tests/integration/cloud_box.hpp"

namespace morpheus {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr const char* with_downloads =
    "server_types: [cx23], locations: [fsn1]}\n"
    "integration: {nats_download_urls: [\"http://127.0.0.1:9/nats.tar.gz\"], nimsforest_install: false";

class CloudDoctor : public testing::Test {
 protected:
  CloudDoctor() : cloud_({"--machines", "none"}), box_(in_cloud(cloud_, with_downloads)) { box_.start(); }

  // Its lines, by the check's name and level, like "hetzner rights failed".
  std::vector<std::string> found() {
    std::vector<std::string> lines;
    const auto said = json::parse(box_.ctl({"doctor", "-o", "json"}).out);
    for (const auto& check : said["checks"]) {
      lines.push_back(check["name"].get<std::string>() + " " + check["level"].get<std::string>());
    }
    return lines;
  }

  const FakeCloud cloud_;
  DaemonBox box_;
};

TEST_F(CloudDoctor, SaysWhatIsWellAndWhatMayNotBe) {
  const auto said = box_.ctl({"doctor"});
  EXPECT_EQ(said.status, 0) << said.out;
  EXPECT_THAT(said.out, AllOf(HasSubstr("daemon: morpheusd "), HasSubstr("database: "), HasSubstr("MiB free in "), HasSubstr("clock: ")));
  EXPECT_THAT(said.out, AllOf(HasSubstr("hetzner token: the API takes it"), HasSubstr("hetzner rights: it may create and delete"),
                              HasSubstr("hetzner limits: none was met"), HasSubstr("local: "), HasSubstr("machines: a stored node stands for each")));
  EXPECT_THAT(said.out, HasSubstr("http://127.0.0.1:9/nats.tar.gz: 127.0.0.1:9 cannot be reached: Connection refused"));
  EXPECT_THAT(found(), testing::Contains("hetzner downloads warning"));
  for (const auto& line : cloud_.journal()) EXPECT_EQ(line["committed"], false) << line;
}

TEST_F(CloudDoctor, NamesATokenThatIsWrongOrMayOnlyRead) {
  cloud_.fault({{"match", {{"method", "POST"}}}, {"status", 403}, {"code", "token_readonly"}, {"message", "no"}, {"times", 9}});
  EXPECT_THAT(found(), AllOf(testing::Contains("hetzner token ok"), testing::Contains("hetzner rights failed")));
  EXPECT_GE(cloud_.fired(), 1);
  cloud_.clear_faults();
  cloud_.fault({{"match", json::object()}, {"status", 401}, {"code", "unauthorized"}, {"message", "no"}, {"times", 99}});
  const auto said = box_.ctl({"doctor"});
  EXPECT_EQ(said.status, 1) << said.out;
  EXPECT_THAT(said.out, AllOf(HasSubstr("failed   hetzner rights: "), HasSubstr("database: "), Not(HasSubstr("Bearer"))));
}

TEST_F(CloudDoctor, RemembersALimitOfTheAccount) {
  cloud_.tell("limits", {{"servers", 0}});
  EXPECT_EQ(box_.ctl({"plant", "cloud", "small", "--name", "oak"}).status, 1);
  const auto said = box_.ctl({"doctor"});
  EXPECT_EQ(said.status, 0);
  EXPECT_THAT(said.out, AllOf(HasSubstr("warning  hetzner limits: "), HasSubstr("ask Hetzner for a higher limit")));
}

TEST(Doctor, WithoutACloudOrAnAnswerSaysWhatItCan) {
  DaemonBox box;
  const auto nobody = box.ctl({"doctor"});
  EXPECT_EQ(nobody.status, 3);
  EXPECT_THAT(nobody.err, HasSubstr("no daemon"));
  box.start();
  const auto said = box.ctl({"doctor"});
  EXPECT_EQ(said.status, 0) << said.out;
  EXPECT_THAT(said.out, AllOf(HasSubstr("hetzner: not used"), HasSubstr("0 failed")));
  box.ctl({"plant", "local", "small", "--name", "oak"});
  for (const int pid : box.server_pids()) ::kill(pid, SIGKILL);
  EXPECT_TRUE(wait_until([&] { return box.ctl({"doctor"}).out.find("oak-node-1 is unknown") != std::string::npos; },
                         std::chrono::seconds{30}));
}

}  // namespace
}  // namespace morpheus
