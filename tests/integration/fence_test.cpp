#include <gmock/gmock.h>

#include <algorithm>

#include "tests/integration/cloud_box.hpp"

namespace morpheus {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;

// A daemon that the fake knows by its token.
BoxSettings known_as(const FakeCloud& cloud, const std::string& token) {
  auto settings = in_cloud(cloud);
  settings.core_nodes = 1;
  settings.environment = {"HCLOUD_TOKEN=" + token};
  return settings;
}

// Daemons of one installation in one cloud: the original, which planted oak, and what is restored from its archives.
class Fence : public testing::Test {
 protected:
  Fence() : cloud({"--machines", "nats", "--token", "first", "--token", "second", "--token", "third"}), original(known_as(cloud, "first")) {
    original.start();
    EXPECT_EQ(original.ctl({"plant", "cloud", "small", "--yes", "--name", "oak"}).status, 0) << original.log();
  }

  // A move is refused while the original compares itself with the cloud: then again.
  std::string archive(const std::vector<std::string>& more = {}) {
    const auto file = original.file("archive-" + std::to_string(++archives_));
    const auto taken = [&] {
      Command command;
      command.arguments = {MORPHEUSCTL, "--socket", original.socket(), "backup"};
      command.arguments.insert(command.arguments.end(), more.begin(), more.end());
      command.out = file;
      command.err = file + ".err";
      Child child(command);
      return child.wait(limit) == 0;
    };
    EXPECT_TRUE(wait_until(taken, limit)) << read_text(file + ".err");
    return file;
  }

  static void restore_into(DaemonBox& box, const std::string& file) {
    const auto restored = run_command({MORPHEUSD, "--config", box.config_file(), "--restore", file});
    ASSERT_EQ(restored.status, 0) << restored.err;
    box.start();
  }

  // Of the daemon that acts, as the cloud has it: "2-...".
  std::string acting() const { return cloud.state()["firewalls"][0]["labels"].value("morpheus-acting", ""); }
  bool acts_generation(int generation) const { return acting().starts_with(std::to_string(generation) + "-"); }

  // What the cloud was asked for with that token: everything, and what it changed.
  std::vector<json> asked(const std::string& token) const {
    auto lines = cloud.journal();
    std::erase_if(lines, [&](const json& line) { return line["token"] != token; });
    return lines;
  }
  std::vector<json> changes(const std::string& token) const {
    auto lines = asked(token);
    std::erase_if(lines, [](const json& line) { return line["method"] == "GET" || line["committed"] != true; });
    return lines;
  }
  std::size_t looks(const std::string& token) const {
    const auto lines = asked(token);
    return static_cast<std::size_t>(
        std::ranges::count_if(lines, [](const json& line) { return line["method"] == "GET" && line["path"] == "/firewalls"; }));
  }

  // What it looked for a moment ago it still does.
  void let_the_look_expire(const std::string& token) const {
    constexpr double longer_than_a_look_counts = 3.1;  // seconds
    const auto lines = asked(token);
    const auto last = std::ranges::find_if(lines.rbegin(), lines.rend(), [](const json& line) { return line["path"] == "/firewalls"; });
    ASSERT_NE(last, lines.rend());
    const double expires = (*last)["time"].get<double>() + longer_than_a_look_counts;
    const auto expired = [&] { return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count() > expires; };
    ASSERT_TRUE(wait_until(expired, limit));
  }

  static bool is_retired(const DaemonBox& box) { return box.ctl({"status", "oak"}).out.find("this daemon is retired") != std::string::npos; }

  // It says what it is and why wherever somebody looks, and nothing that is asked of it reaches the cloud.
  void expect_retired(DaemonBox& box, const std::string& token, const std::string& why) const {
    const auto before = changes(token).size();
    for (const char* command : {"status", "doctor"}) EXPECT_THAT(box.ctl({command}).out, AllOf(HasSubstr("retired"), HasSubstr(why))) << command;
    EXPECT_THAT(box.ctl({"events"}).out, AllOf(HasSubstr("another daemon acts for these forests"), HasSubstr(why)));
    for (const std::vector<std::string>& command :
         {std::vector<std::string>{"grow", "oak", "--yes"}, {"teardown", "oak", "--yes"}, {"shrink", "oak", "--node", "node-1", "--yes"}}) {
      const auto refused = box.ctl(command);
      EXPECT_EQ(refused.status, 4) << command[0] << refused.out << refused.err;
      EXPECT_THAT(refused.err, AllOf(HasSubstr(why), HasSubstr("morpheusctl takeover"))) << command[0];
    }
    EXPECT_TRUE(box.running()) << box.log();
    EXPECT_EQ(changes(token).size(), before) << json(changes(token)).dump(1);
  }

  FakeCloud cloud;
  DaemonBox original;

 private:
  int archives_ = 0;
};

TEST_F(Fence, AnOriginalThatLivesOnIsRefusedItsNextChangeAndRetires) {
  const auto file = archive();
  DaemonBox copy(known_as(cloud, "second"));
  restore_into(copy, file);
  EXPECT_TRUE(acts_generation(1)) << acting() << ": in standby nothing is claimed";
  ASSERT_EQ(copy.ctl({"takeover", "--yes"}).status, 0) << copy.log();
  ASSERT_TRUE(wait_until([&] { return acts_generation(2); }, limit)) << acting() << copy.log();

  let_the_look_expire("first");
  EXPECT_TRUE(original.running());
  EXPECT_EQ(original.ask({"status", "oak"})["growth"]["warnings"], json::array()) << "it has not looked yet";
  const auto before = changes("first");
  const auto looked = looks("first");
  const auto refused = original.ctl({"grow", "oak", "--yes"});
  EXPECT_EQ(refused.status, 4) << refused.out << refused.err;
  EXPECT_THAT(refused.err, AllOf(HasSubstr("generation 2 at the provider; this one is 1"), HasSubstr("morpheusctl takeover")));
  EXPECT_EQ(looks("first"), looked + 1) << "it really tried";
  EXPECT_FALSE(open_operation(original.database()).empty()) << "what it began is left as a crash leaves it";
  expect_retired(original, "first", "generation 2 at the provider; this one is 1");
  original.terminate();
  original.start();
  expect_retired(original, "first", "generation 2 at the provider; this one is 1");

  EXPECT_TRUE(copy.running());
  EXPECT_EQ(copy.ctl({"grow", "oak", "--yes"}).status, 0) << copy.log();
  EXPECT_EQ(cloud.count("servers"), 2);
  EXPECT_EQ(changes("first"), before) << "nothing since the takeover";
  EXPECT_TRUE(acts_generation(2));
}

TEST_F(Fence, AnOriginalThatDeletesIsRefusedToo) {
  const auto file = archive();
  DaemonBox copy(known_as(cloud, "second"));
  restore_into(copy, file);
  ASSERT_EQ(copy.ctl({"takeover", "--yes"}).status, 0) << copy.log();
  ASSERT_TRUE(wait_until([&] { return acts_generation(2); }, limit)) << acting() << copy.log();
  let_the_look_expire("first");
  const auto refused = original.ctl({"teardown", "oak", "--yes"});
  EXPECT_EQ(refused.status, 4) << refused.out << refused.err;
  EXPECT_THAT(open_operation(original.database()), HasSubstr("teardown"));
  expect_retired(original, "first", "generation 2 at the provider; this one is 1");
  EXPECT_TRUE(cloud.deleted("servers").empty());
  EXPECT_TRUE(cloud.deleted("firewalls").empty());
}

TEST_F(Fence, AnOriginalThatIsIdleNoticesWhenItComparesAtItsStart) {
  const auto file = archive();
  original.kill();
  DaemonBox copy(known_as(cloud, "second"));
  restore_into(copy, file);
  ASSERT_EQ(copy.ctl({"takeover", "--yes"}).status, 0) << copy.log();
  ASSERT_TRUE(wait_until([&] { return acts_generation(2); }, limit)) << acting() << copy.log();
  original.start();
  EXPECT_TRUE(wait_until([&] { return is_retired(original); }, limit)) << original.log();
  expect_retired(original, "first", "generation 2 at the provider; this one is 1");
}

TEST_F(Fence, OfTwoThatAreRestoredFromOneMoveTheSecondRetires) {
  const auto file = archive({"--move", "--yes"});
  DaemonBox one(known_as(cloud, "second"));
  DaemonBox two(known_as(cloud, "third"));
  restore_into(one, file);
  ASSERT_TRUE(wait_until([&] { return acts_generation(2); }, limit)) << acting() << one.log();
  const auto first = acting();
  restore_into(two, file);
  ASSERT_TRUE(wait_until([&] { return is_retired(two); }, limit)) << two.log();
  EXPECT_GT(looks("third"), 0U) << "it looked, and was not told otherwise";
  expect_retired(two, "third", "generation 2 at the provider, as this one, from the same backup");
  EXPECT_TRUE(changes("third").empty()) << json(changes("third")).dump(1);
  EXPECT_EQ(acting(), first);
  EXPECT_TRUE(one.running());
  EXPECT_EQ(one.ctl({"grow", "oak", "--yes"}).status, 0) << one.log();
  EXPECT_EQ(cloud.count("servers"), 2);
}

TEST_F(Fence, OneTakeoverWinsBackAndWhatWasBegunGoesOn) {
  const auto file = archive();
  DaemonBox copy(known_as(cloud, "second"));
  restore_into(copy, file);
  ASSERT_EQ(copy.ctl({"takeover", "--yes"}).status, 0) << copy.log();
  ASSERT_TRUE(wait_until([&] { return acts_generation(2); }, limit)) << acting() << copy.log();
  let_the_look_expire("first");
  ASSERT_EQ(original.ctl({"grow", "oak", "--yes"}).status, 4) << original.log();
  ASSERT_EQ(original.ctl({"takeover", "--yes"}).status, 0) << original.log();
  EXPECT_TRUE(wait_until([&] { return acts_generation(3); }, limit)) << acting() << original.log();
  EXPECT_TRUE(wait_until([&] { return open_operation(original.database()).empty(); }, limit)) << original.log();
  EXPECT_EQ(cloud.count("servers"), 2) << "the growth that was refused";
  EXPECT_EQ(original.ask({"status", "oak"})["cluster"]["nodes"], 2);

  let_the_look_expire("second");
  EXPECT_TRUE(copy.running());
  const auto refused = copy.ctl({"grow", "oak", "--yes"});
  EXPECT_EQ(refused.status, 4) << refused.out << refused.err;
  expect_retired(copy, "second", "generation 3 at the provider; this one is 2");
  EXPECT_EQ(cloud.count("servers"), 2);
}

// The copy's generation is lower than the original's: it asks the cloud before it says which it is.
TEST_F(Fence, ATakeoverOfAnOldCopyGoesPastWhatItFindsAtTheCloud) {
  const auto file = archive();
  for (int moves = 0; moves < 2; ++moves) {
    archive({"--move", "--yes"});  // retires it
    ASSERT_EQ(original.ctl({"takeover", "--yes"}).status, 0);
  }
  ASSERT_TRUE(wait_until([&] { return acts_generation(3); }, limit)) << acting() << original.log();
  DaemonBox copy(known_as(cloud, "second"));
  restore_into(copy, file);
  ASSERT_EQ(copy.ctl({"takeover", "--yes"}).status, 0) << copy.log();
  EXPECT_TRUE(wait_until([&] { return acts_generation(4); }, limit)) << acting() << copy.log();
  let_the_look_expire("first");
  EXPECT_EQ(original.ctl({"grow", "oak", "--yes"}).status, 4);
  EXPECT_EQ(copy.ctl({"grow", "oak", "--yes"}).status, 0) << copy.log();
}

// An older version left no claim: the first look adopts the firewall.
TEST_F(Fence, AFirewallOfAnOlderVersionIsClaimedAtTheFirstLook) {
  original.terminate();
  auto firewall = cloud.state()["firewalls"][0];
  auto labels = firewall["labels"];
  labels.erase("morpheus-acting");
  const json body{{"labels", labels}};
  const auto put = run_command({"/usr/bin/curl", "-sf", "-X", "PUT", "-H", "Authorization: Bearer second", "-H", "Content-Type: application/json", "-d",
                                body.dump(), cloud.endpoint() + "/firewalls/" + firewall["id"].dump()});
  ASSERT_EQ(put.status, 0) << put.err;
  ASSERT_EQ(acting(), "");
  original.start();
  EXPECT_TRUE(wait_until([&] { return acts_generation(1); }, limit)) << original.log();
  EXPECT_EQ(original.ctl({"grow", "oak", "--yes"}).status, 0) << original.log();
}

}  // namespace
}  // namespace morpheus
