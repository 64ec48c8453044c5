#include <gmock/gmock.h>

#include <algorithm>

#include "tests/integration/cloud_box.hpp"

namespace morpheus {
namespace {

using nlohmann::json;
using testing::Contains;
using testing::HasSubstr;

constexpr const char* two_types = "server_types: [cx23, cpx22], locations: [fsn1, nbg1]";

std::size_t creates(const FakeCloud& cloud) {
  const auto lines = cloud.journal();
  return static_cast<std::size_t>(
      std::ranges::count_if(lines, [](const json& line) { return line["method"] == "POST" && line["path"] == "/servers"; }));
}

std::vector<std::string> texts_of(const json& list) { return list.get<std::vector<std::string>>(); }

json offered(const char* type, const char* location, const json& available) {
  return {{"server_type", type}, {"location", location}, {"available", available}};
}

// What the API has against pairs, and which one it comes to.
struct Stock {
  const char* name;
  std::vector<json> said;
  const char* type;
  const char* location;
  std::size_t creates;  // that are spent
};

void PrintTo(const Stock& stock, std::ostream* out) { *out << stock.name; }

class CloudStock : public testing::TestWithParam<Stock> {};

TEST_P(CloudStock, IsMetByTheNextPairThatCanBeHad) {
  const FakeCloud cloud;
  for (const auto& said : GetParam().said) cloud.tell("availability", said);
  DaemonBox box(in_cloud(cloud, two_types));
  box.start();
  const auto planted = box.ctl({"plant", "cloud", "small", "--name", "oak", "--yes"});
  EXPECT_EQ(planted.status, 0) << planted.err << box.log();
  const auto server = cloud.state()["servers"][0];
  EXPECT_EQ(server["server_type"]["name"], GetParam().type);
  EXPECT_EQ(server["location"]["name"], GetParam().location);
  EXPECT_EQ(creates(cloud), GetParam().creates);
}

INSTANTIATE_TEST_SUITE_P(
    All, CloudStock,
    testing::Values(Stock{"UnsupportedLocation", {offered("cx23", "fsn1", "unsupported")}, "cpx22", "fsn1", 2},
                    Stock{"UnsupportedByAllOfALocation", {offered("cx23", "fsn1", "unsupported"), offered("cpx22", "fsn1", "unsupported")}, "cx23", "nbg1", 3},
                    Stock{"SoldOutAndUnsupported", {offered("cx23", "fsn1", "lies"), offered("cpx22", "fsn1", "unsupported"), offered("cx23", "nbg1", "lies")}, "cpx22", "nbg1", 4},
                    Stock{"SaidToBeOutOfStock", {offered("cx23", "fsn1", false), offered("cx23", "nbg1", false)}, "cpx22", "fsn1", 1},
                    Stock{"Withdrawn", {{{"server_type", "cx23"}, {"withdrawn", true}}}, "cpx22", "fsn1", 1}),
    [](const auto& each) { return std::string(each.param.name); });

// One entry that does not exist (any more), beside one that does.
struct Entry {
  const char* name;
  const char* hetzner;
  const char* warns;
};

void PrintTo(const Entry& entry, std::ostream* out) { *out << entry.name; }

class CloudEntry : public testing::TestWithParam<Entry> {};

TEST_P(CloudEntry, ThatDoesNotExistIsSkippedWithAWarning) {
  const FakeCloud cloud;
  DaemonBox box(in_cloud(cloud, GetParam().hetzner));
  box.start();
  const auto plan = box.ask({"plant", "cloud", "small", "--name", "oak", "--dry-run"});
  EXPECT_THAT(texts_of(plan["warnings"]), Contains(HasSubstr(GetParam().warns)));
  const auto planted = box.ctl({"plant", "cloud", "small", "--name", "oak", "--yes"});
  EXPECT_EQ(planted.status, 0) << planted.err << box.log();
  EXPECT_THAT(box.ctl({"doctor"}).out, HasSubstr(GetParam().warns));
  EXPECT_THAT(box.log(), HasSubstr(GetParam().warns));
}

INSTANTIATE_TEST_SUITE_P(
    All, CloudEntry,
    testing::Values(Entry{"Type", "server_types: [cx99, cx23], locations: [fsn1]", "there is no server type \"cx99\"; it is skipped"},
                    Entry{"Location", "server_types: [cx23], locations: [fra1, fsn1]", "there is no location \"fra1\"; it is skipped"},
                    Entry{"SoldElsewhere", "server_types: [cx23, cpx22], locations: [ash]", "cx23 is sold in none of hetzner.locations; it is skipped"}),
    [](const auto& each) { return std::string(each.param.name); });

TEST(CloudEntries, ATypeThatIsWithdrawnLaterIsSkippedByTheNextGrowth) {
  const FakeCloud cloud;
  DaemonBox box(in_cloud(cloud, two_types));
  box.start();
  ASSERT_EQ(box.ctl({"plant", "cloud", "small", "--name", "oak", "--yes"}).status, 0) << box.log();
  cloud.tell("availability", {{"server_type", "cx23"}, {"withdrawn", true}});
  const auto grown = box.ctl({"grow", "oak", "--yes"});
  EXPECT_EQ(grown.status, 0) << grown.err << box.log();
  EXPECT_EQ(cloud.state()["servers"][1]["server_type"]["name"], "cpx22");
  cloud.tell("availability", {{"server_type", "cpx22"}, {"withdrawn", true}});
  box.kill();
  box.start();
  const auto refused = box.ctl({"grow", "oak", "--yes"});
  EXPECT_NE(refused.status, 0) << "none is left";
  EXPECT_THAT(refused.err, HasSubstr("there is no server type \"cx23\"; hetzner.server_types: there is no server type \"cpx22\""));
}

TEST(CloudAdvice, IsAWarningAndForbidsNothing) {
  const FakeCloud cloud;
  auto said = offered("cx23", "fsn1", true);
  said["recommended"] = false;
  said["deprecation"] = {{"announced", "2026-09-01T00:00:00+00:00"}, {"unavailable_after", "2026-12-01T00:00:00+00:00"}};
  cloud.tell("availability", said);
  DaemonBox box(in_cloud(cloud, "server_types: [cx23], locations: [fsn1]"));
  box.start();
  const auto plan = box.ask({"plant", "cloud", "small", "--name", "oak", "--dry-run"});
  EXPECT_THAT(plan["warnings"].dump(), HasSubstr("cx23 in fsn1 cannot be ordered after 2026-12-01T00:00:00+00:00"));
  EXPECT_THAT(plan["warnings"].dump(), HasSubstr("not recommended by Hetzner now: cx23 in fsn1"));
  EXPECT_THAT(box.ctl({"doctor"}).out, HasSubstr("cx23 in fsn1 cannot be ordered after"));
  EXPECT_EQ(box.ctl({"plant", "cloud", "small", "--name", "oak", "--yes"}).status, 0) << box.log();
}

}  // namespace
}  // namespace morpheus
