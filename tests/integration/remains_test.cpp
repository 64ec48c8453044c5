#include <fmt/format.h>
#include <gmock/gmock.h>

#include <filesystem>

#include "tests/integration/cloud_box.hpp"

namespace morpheus {
namespace {

using testing::AllOf;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

Finished list_machines(const DaemonBox& box) { return run_command({MORPHEUSD, "--config", box.config_file(), "--list-machines"}); }

void do_now(const DaemonBox& box, std::vector<std::string> arguments) {
  const auto done = box.ctl(std::move(arguments));
  ASSERT_EQ(done.status, 0) << done.err << box.log();
}

TEST(Remains, WithoutADaemonEachMachineIsListedWithItsPriceAndWhatDeletesIt) {
  FakeCloud cloud;
  auto settings = in_cloud(cloud);
  settings.core_nodes = 1;
  DaemonBox box(settings);
  box.start();
  do_now(box, {"plant", "cloud", "small", "--yes", "--name", "oak"});
  do_now(box, {"plant", "local", "small", "--name", "elm"});
  do_now(box, {"grow", "oak", "--yes"});
  double cost = 0;
  const auto status = box.ask({"status", "oak"});
  for (const auto& node : status["nodes"]) cost += node["monthly_cost"].get<double>();
  ASSERT_GT(cost, 0);
  ASSERT_EQ(box.terminate(), 0);

  const auto listed = list_machines(box);
  EXPECT_EQ(listed.status, 0) << listed.err;
  EXPECT_THAT(listed.out, AllOf(ContainsRegex("oak-node-1 +hetzner +cx23 +fsn1 +[0-9.]+ a month\n"),
                                ContainsRegex("oak-node-2 +hetzner +cx23 +fsn1 +[0-9.]+ a month\n"),
                                ContainsRegex("elm-node-1 +local\n"), HasSubstr(fmt::format("They cost {:.2f} a month.", cost)),
                                HasSubstr("morpheusctl teardown oak\n"), HasSubstr("morpheusctl teardown elm\n")));
  EXPECT_EQ(cloud.count("servers"), 2);  // looking changed nothing
}

TEST(Remains, WhatIsDeletedIsNotListedAndNothingAtAllIsSilence) {
  BoxSettings settings;
  settings.core_nodes = 1;
  DaemonBox box(settings);
  EXPECT_THAT(list_machines(box).out, IsEmpty());
  EXPECT_FALSE(std::filesystem::exists(box.database()));
  box.start();
  do_now(box, {"plant", "local", "small", "--name", "elm"});
  do_now(box, {"grow", "elm", "--yes"});
  do_now(box, {"shrink", "elm", "--node", "node-2", "--yes"});
  ASSERT_EQ(box.terminate(), 0);
  EXPECT_THAT(list_machines(box).out, AllOf(HasSubstr("elm-node-1"), Not(HasSubstr("elm-node-2"))));
  box.start();
  do_now(box, {"teardown", "elm", "--yes"});
  ASSERT_EQ(box.terminate(), 0);
  const auto listed = list_machines(box);
  EXPECT_EQ(listed.status, 0);
  EXPECT_THAT(listed.out, IsEmpty());
}

TEST(Remains, WhileADaemonRunsOrTheDatabaseIsUnreadableItFails) {
  DaemonBox box;
  box.start();
  const auto beside = list_machines(box);
  EXPECT_EQ(beside.status, 1);
  EXPECT_THAT(beside.out, IsEmpty());
  EXPECT_THAT(beside.err, HasSubstr("morpheusd"));
  ASSERT_EQ(box.terminate(), 0);
  std::filesystem::resize_file(box.database(), 5000);
  const auto damaged = list_machines(box);
  EXPECT_EQ(damaged.status, 1);
  EXPECT_THAT(damaged.err, HasSubstr("morpheus.db"));
}

}  // namespace
}  // namespace morpheus
