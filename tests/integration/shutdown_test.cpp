#include <gmock/gmock.h>

#include <algorithm>

#include "tests/integration/daemon_box.hpp"
#include "tests/tools/fake_system.hpp"

namespace morpheus {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr std::chrono::milliseconds a_few_sweeps{1'000};

class Shutdown : public testing::Test {
 protected:
  void serve() {
    settings_.environment = {system_.variable()};
    box_.emplace(settings_);
    box_->start();
  }

  bool logged(const std::string& what) {
    return wait_until([&] { return box_->log().find(what) != std::string::npos; }, limit);
  }

  bool open_is(const std::string& stages) {
    return wait_until([&] { return open_operation(box_->database()) == stages; }, limit);
  }

  FakeSystem system_;
  BoxSettings settings_;
  std::optional<DaemonBox> box_;
};

TEST_F(Shutdown, IsDelayedWhileAnOperationIsOpenAndNotAfterwards) {
  settings_.slow_start = true;
  serve();
  EXPECT_THAT(system_.inhibitors(), IsEmpty());
  box_->hold_servers();
  Child plant = box_->start_ctl({"plant", "local", "small", "--name", "oak"});
  EXPECT_TRUE(wait_until([&] { return !system_.inhibitors().empty(); }, limit)) << box_->log();
  EXPECT_THAT(system_.inhibitors(), ElementsAre("shutdown Morpheus delay"));
  box_->release_servers();
  EXPECT_EQ(plant.wait(limit), 0);
  EXPECT_TRUE(wait_until([&] { return system_.inhibitors().empty(); }, limit)) << box_->log();
  ASSERT_EQ(box_->ctl({"teardown", "oak", "--yes"}).status, 0);
  EXPECT_TRUE(wait_until([&] { return system_.inhibitors().empty(); }, limit));
  EXPECT_EQ(times_in(box_->log(), "D-Bus"), 0) << box_->log();
}

TEST_F(Shutdown, EndsTheStepAndBeginsNothingUntilItIsCalledOff) {
  settings_.slow_start = true;
  settings_.max_nodes = 5;
  serve();
  ASSERT_EQ(box_->ctl({"plant", "local", "small", "--name", "oak"}).status, 0) << box_->log();
  box_->hold_servers();
  Child grow = box_->start_ctl({"grow", "oak", "--nodes", "2", "--yes"});
  ASSERT_TRUE(open_is("grow: booting planned")) << open_operation(box_->database());
  ASSERT_TRUE(wait_until([&] { return !system_.inhibitors().empty(); }, limit)) << box_->log();

  system_.shut_down(true);
  ASSERT_TRUE(logged("this computer shuts down"));
  box_->release_servers();
  ASSERT_TRUE(wait_until([&] { return system_.inhibitors().empty(); }, limit)) << box_->log();
  EXPECT_TRUE(open_is("grow: ready creating")) << "what is under way is stored: " << open_operation(box_->database());
  const auto decided = times_decided(box_->database());
  EXPECT_FALSE(wait_until([&] { return times_decided(box_->database()) != decided || box_->machine_directories().size() != 2; }, a_few_sweeps));
  EXPECT_EQ(open_operation(box_->database()), "grow: ready creating");
  const auto refused = box_->ctl({"plant", "local", "small", "--name", "elm"});
  EXPECT_EQ(refused.status, 1);
  EXPECT_THAT(refused.err, HasSubstr("this computer shuts down"));
  EXPECT_THAT(system_.inhibitors(), IsEmpty());

  system_.shut_down(false);
  EXPECT_TRUE(wait_until([&] { return !system_.inhibitors().empty(); }, limit)) << "the growth goes on, and delays again";
  EXPECT_EQ(grow.wait(limit), 0) << box_->log();
  EXPECT_THAT(box_->machine_directories(), SizeIs(3));
  EXPECT_TRUE(wait_until([&] { return system_.inhibitors().empty(); }, limit));
  EXPECT_TRUE(wait_until([&] { return times_decided(box_->database()) > decided; }, limit));
}

TEST_F(Shutdown, WhatIsHeldEndsWithSigtermAndGoesOnAtTheNextStart) {
  settings_.slow_start = true;
  serve();
  Child plant = box_->start_ctl({"plant", "local", "medium", "--name", "oak"});
  ASSERT_TRUE(wait_until([&] { return !open_operation(box_->database()).empty(); }, limit));
  system_.shut_down(true);
  ASSERT_TRUE(logged("this computer shuts down"));
  EXPECT_EQ(box_->terminate(), 0);
  system_.shut_down(false);
  box_->start();
  EXPECT_TRUE(wait_until([&] { return open_operation(box_->database()).empty(); }, limit)) << box_->log();
  EXPECT_THAT(box_->server_pids(), SizeIs(3));
}

TEST_F(Shutdown, ADaemonThatStartsMeanwhileBeginsNothing) {
  system_.shut_down(true);
  serve();
  ASSERT_TRUE(logged("this computer shuts down"));
  EXPECT_EQ(box_->ctl({"plant", "local", "small", "--name", "oak"}).status, 1);
  system_.shut_down(false);
  ASSERT_TRUE(logged("called off"));
  EXPECT_EQ(box_->ctl({"plant", "local", "small", "--name", "oak"}).status, 0);
}

TEST_F(Shutdown, LogindThatRefusesOrHangsHoldsNothingUp) {
  serve();
  system_.behave("refuse");
  ASSERT_EQ(box_->ctl({"plant", "local", "small", "--name", "oak"}).status, 0) << box_->log();
  EXPECT_TRUE(logged("a shutdown of this computer is not delayed for a step: Permission denied"));
  system_.behave("hang");
  ASSERT_EQ(box_->ctl({"plant", "local", "small", "--name", "elm"}).status, 0) << box_->log();
  EXPECT_TRUE(logged("does not answer within"));
  EXPECT_EQ(times_in(box_->log(), "is not delayed for a step: Permission denied"), 1) << "told once";
}

TEST_F(Shutdown, ABusThatGoesAwayAndComesBackIsMetAgain) {
  serve();
  system_.end();
  EXPECT_TRUE(logged("nothing is asked of systemd and logind until it is there"));
  ASSERT_EQ(box_->ctl({"plant", "local", "small", "--name", "oak"}).status, 0) << box_->log();
  system_.start();
  system_.shut_down(true);
  EXPECT_TRUE(logged("this computer shuts down")) << "asked for, or heard";
  EXPECT_EQ(box_->terminate(), 0);
}

TEST(NoBus, IsOneLineOfTheLogAndNothingElse) {
  DaemonBox box;
  box.start();
  ASSERT_EQ(box.ctl({"plant", "local", "small", "--name", "oak"}).status, 0) << box.log();
  ASSERT_EQ(box.ctl({"teardown", "oak", "--yes"}).status, 0) << box.log();
  EXPECT_EQ(times_in(box.log(), "nothing is asked of systemd and logind until it is there"), 1) << box.log();
  EXPECT_EQ(times_in(box.log(), "not delayed"), 0);
}

}  // namespace
}  // namespace morpheus
