#include <gmock/gmock.h>

#include "ctl/render/orphans.hpp"
#include "tests/unit/ctl/fake_daemon.hpp"
#include "tests/unit/ctl/run_ctl.hpp"

namespace morpheus::ctl::test {
namespace {

using ::testing::HasSubstr;

OrphansView orphans_scene() {
  OrphansView view;
  view.orphans.push_back({"oak-node-4", "17", "hetzner", "oak", "203.0.113.4", "cx23", "fsn1", 5.99});
  view.orphans.push_back({"elm-node-1", "", "local", "elm", "127.16.0.2", "", "", std::nullopt});
  view.others.push_back({"theirs-1", "hetzner", "ff00"});
  return view;
}

TEST(RenderOrphans, ShowsPricesOthersAndWhatIsNotKnown) {
  auto view = orphans_scene();
  view.failed.push_back({"hetzner", "cannot be reached"});
  EXPECT_EQ(render_orphans(view),
            "NAME        PROVIDER  FOREST  ID               ADDRESS      TYPE  LOCATION  A MONTH\n"
            "oak-node-4  hetzner   oak     17               203.0.113.4  cx23  fsn1      5.99\n"
            "elm-node-1  local     elm     (address alone)  127.16.0.2   -     -         -\n"
            "\n"
            "To make one a node of its forest again: morpheusctl adopt NAME; to delete it: morpheusctl delete-orphan NAME\n"
            "Of another controller, never touched: theirs-1 on hetzner (controller ff00)\n"
            "Not known: what hetzner has: cannot be reached\n");
  EXPECT_EQ(render_orphans(OrphansView{}), "no orphan\n");
}

TEST(OrphansCommand, AProviderThatDoesNotSayIsAFailure) {
  FakeDaemon daemon;
  auto view = orphans_scene();
  daemon.on("GET /v1/orphans", reply(view));
  EXPECT_EQ(run_ctl(daemon.socket(), {"orphans"}).status, 0);
  view.failed.push_back({"hetzner", "cannot be reached"});
  daemon.on("GET /v1/orphans", reply(view));
  const auto outcome = run_ctl(daemon.socket(), {"orphans", "-o", "json"});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_EQ(nlohmann::json::parse(outcome.out), nlohmann::json(view));
}

TEST(AdoptCommand, SaysWhatItBecame) {
  FakeDaemon daemon;
  daemon.on("POST /v1/orphans/oak-node-4/adopt", reply(AdoptionView{"oak-node-4", "oak", NodeRole::edge, {"it is full"}}));
  const auto outcome = run_ctl(daemon.socket(), {"adopt", "oak-node-4"});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_EQ(outcome.out, "oak-node-4 is a ready edge of oak now\nWarning: it is full\n");
}

TEST(AdoptCommand, ARefusalIsTheDaemons) {
  FakeDaemon daemon;
  daemon.on("POST /v1/orphans/x/adopt", error(409, "refused", "x does not answer", "morpheusctl delete-orphan x"));
  const auto outcome = run_ctl(daemon.socket(), {"adopt", "x"});
  EXPECT_EQ(outcome.status, 4);
  EXPECT_EQ(outcome.err, "morpheusctl: x does not answer\n  morpheusctl delete-orphan x\n");
}

TEST(DeleteOrphanCommand, AsksWithTheMachineAndItsPrice) {
  FakeDaemon daemon;
  DeletionView gone{"oak-node-4", true, orphans_scene().orphans[0], false};
  daemon.on("GET /v1/orphans", reply(orphans_scene()));
  daemon.on("DELETE /v1/orphans/oak-node-4", reply(gone));
  const auto mute = run_ctl(daemon.socket(), {"delete-orphan", "oak-node-4"});
  EXPECT_EQ(mute.status, 2) << "nobody can be asked";
  EXPECT_THAT(mute.out, HasSubstr("5.99"));
  CtlProcess asking({"--socket", daemon.socket(), "delete-orphan", "oak-node-4"}, On::terminal);
  ASSERT_TRUE(asking.prints("Delete oak-node-4 for good, with all that is stored on it? [y/N]: "));
  asking.type("n\n");
  EXPECT_EQ(asking.finish().status, 0);
  EXPECT_FALSE(daemon.was_asked("DELETE /v1/orphans/oak-node-4"));
  const auto outcome = run_ctl(daemon.socket(), {"delete-orphan", "oak-node-4", "-y"});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_EQ(outcome.out, "oak-node-4 is deleted; it cost 5.99 a month\n");
}

TEST(DeleteOrphanCommand, WhatIsNotThereIsNothingToDo) {
  FakeDaemon daemon;
  daemon.on("GET /v1/orphans", reply(OrphansView{}));
  daemon.on("DELETE /v1/orphans/x", reply(DeletionView{"x", false, std::nullopt, false}));
  const auto outcome = run_ctl(daemon.socket(), {"delete-orphan", "x"});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_EQ(outcome.out, "nothing to do: there is no x\n");
}

}  // namespace
}  // namespace morpheus::ctl::test
