#include "daemon/forest/orphan/inventory.hpp"

#include <gmock/gmock.h>

#include "daemon/forest/orphan/evidence.hpp"

namespace morpheus {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(OrphanNames, OnlyAForestsOwnFormHasAnIndex) {
  const struct {
    const char* forest;
    const char* name;
    int index;  // 0: none
  } cases[] = {
      {"oak", "oak-node-1", 1},         {"oak", "oak-node-12", 12},    {"oak", "oak-node-0", 0},
      {"oak", "oak-node-01", 0},        {"oak", "oak-node-", 0},       {"oak", "oak-node", 0},
      {"oak", "oak-node--1", 0},        {"oak", "oak-node-1a", 0},     {"oak", "elm-node-1", 0},
      {"oak", "oak-node-99999999999", 0}, {"", "-node-1", 0},          {"a-node-1", "a-node-1-node-2", 2},
      {"a", "a-node-1-node-2", 0},
  };
  for (const auto& each : cases) {
    EXPECT_EQ(index_in(each.forest, each.name).value_or(0), each.index) << each.name << " of " << each.forest;
  }
}

TEST(OrphanNames, TheForestIsWhatStandsBeforeTheLastIndex) {
  EXPECT_EQ(forest_in("oak-node-1"), "oak");
  EXPECT_EQ(forest_in("a-node-1-node-2"), "a-node-1");
  for (const char* name : {"", "oak", "oak-node-", "oak-node-x", "-node-1", "other-0"}) EXPECT_EQ(forest_in(name), "") << name;
}

Machine machine(const std::string& name, const std::string& id = "7") {
  Machine machine;
  machine.name = name;
  machine.id = id;
  machine.forest = "oak";
  machine.address = "127.0.0.1";
  return machine;
}

TEST(OrphanRule, IsWhatNobodyKnewBeforeNorKnowsAfter) {
  Inventory inventory;
  for (const char* name : {"before", "after", "both", "neither"}) inventory.own.push_back(machine(name));
  inventory.others.push_back({"theirs", "ff", ""});
  std::vector<std::string> names;
  KnownMachines before;
  before.names = {"before", "both"};
  KnownMachines after;
  after.names = {"after", "both"};
  for (const Machine& each : orphans_of(inventory, before, after)) names.push_back(each.name);
  EXPECT_THAT(names, ElementsAre("neither"));
}

TEST(OrphanWords, NameThePriceAndWhatToType) {
  Machine server = machine("oak-node-4");
  EXPECT_EQ(describe_orphan(server), "oak-node-4 (id 7)");
  server.type = "cx23";
  server.location = "fsn1";
  server.monthly_cost = 5.99;
  EXPECT_EQ(describe_orphan(server), "oak-node-4 (id 7, cx23 in fsn1, 5.99 a month)");
  EXPECT_EQ(orphan_way_out(server), "morpheusctl adopt oak-node-4, or morpheusctl delete-orphan oak-node-4");
  const Machine address = machine("oak-node-4", "");
  EXPECT_EQ(describe_orphan(address), "oak-node-4 (the address 127.0.0.1 alone)");
  EXPECT_EQ(orphan_way_out(address), "morpheusctl delete-orphan oak-node-4");
}

NodeReport report(bool jetstream = false) {
  NodeReport report;
  report.varz = Varz{};
  report.varz->server_name = "oak-node-4";
  report.varz->cluster = "oak";
  report.healthz = Healthz{true, ""};
  report.jsz = Jsz{};
  report.jsz->enabled = jetstream;
  return report;
}

std::string refusal(const NodeReport& report) {
  const auto evidence = evidence_of(report, "oak", "oak-node-4");
  return evidence ? "" : evidence.error().message;
}

TEST(AdoptionEvidence, TellsCoreFromEdge) {
  const auto edge = evidence_of(report(), "oak", "oak-node-4");
  ASSERT_TRUE(edge);
  EXPECT_EQ(edge->role, NodeRole::edge);
  auto alone = report(true);
  auto core = evidence_of(alone, "oak", "oak-node-4");
  ASSERT_TRUE(core);
  EXPECT_EQ(core->role, NodeRole::core);
  EXPECT_FALSE(core->witness);
  alone.jsz->replicas.push_back({"oak-node-4-witness", true, false});
  core = evidence_of(alone, "oak", "oak-node-4");
  ASSERT_TRUE(core);
  EXPECT_TRUE(core->witness);
}

TEST(AdoptionEvidence, IsRefusedWithWhatWasSeen) {
  NodeReport silent;
  silent.error = "connection refused";
  EXPECT_THAT(refusal(silent), HasSubstr("connection refused"));
  auto other = report();
  other.varz->server_name = "oak-node-5";
  EXPECT_THAT(refusal(other), HasSubstr("calls itself \"oak-node-5\""));
  auto elsewhere = report();
  elsewhere.varz->cluster = "";
  EXPECT_THAT(refusal(elsewhere), HasSubstr("its cluster is nothing, not \"oak\""));
  auto sick = report();
  sick.healthz = Healthz{false, "no quorum"};
  EXPECT_THAT(refusal(sick), HasSubstr("no quorum"));
  auto unsure = report();
  unsure.jsz.reset();
  EXPECT_THAT(refusal(unsure), HasSubstr("whether it is a core cannot be told"));
  EXPECT_EQ(evidence_of(unsure, "oak", "oak-node-4").error().code, ErrorCode::refused);
}

}  // namespace
}  // namespace morpheus
