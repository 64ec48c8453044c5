#include "tests/integration/backup_steps.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <chrono>
#include <filesystem>
#include <stdexcept>

namespace morpheus {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

}  // namespace

Child backup_of(const DaemonBox& box, const std::string& file, std::vector<std::string> more) {
  Command command;
  command.arguments = {MORPHEUSCTL, "--socket", box.socket(), "backup"};
  command.arguments.insert(command.arguments.end(), more.begin(), more.end());
  command.out = file;
  command.err = file + ".err";
  return Child(command);
}

std::string take_backup(const DaemonBox& box, const std::string& name, std::vector<std::string> more) {
  const auto file = box.file(name);
  auto child = backup_of(box, file, std::move(more));
  if (child.wait(backup_limit) != 0) throw std::runtime_error(read_text(file + ".err") + box.log());
  return file;
}

Finished pipe_backup(const DaemonBox& box, const std::string& more, const std::string& reader) {
  return run_command({"/bin/bash", "-c",
                      fmt::format("{} --socket {} backup {} | {}; exit ${{PIPESTATUS[0]}}", MORPHEUSCTL, box.socket(), more, reader)});
}

Finished restore_into(const DaemonBox& box, const std::string& file) {
  return run_command({MORPHEUSD, "--config", box.config_file(), "--restore", file});
}

void put_back(DaemonBox& box, const std::string& file) {
  box.terminate();
  fs::rename(box.database(), box.database() + ".lost");
  const auto restored = restore_into(box, file);
  ASSERT_EQ(restored.status, 0) << restored.err;
}

void expect_it_changes_nothing(const DaemonBox& box, const std::string& state) {
  for (const std::vector<std::string>& command :
       {std::vector<std::string>{"grow", "oak", "--yes"}, {"grow", "oak", "--auto"}, {"teardown", "oak", "--yes"}, {"pause", "oak"},
        {"resume", "oak"}, {"plant", "local", "small", "--name", "elm"}, {"shrink", "oak", "--node", "node-1", "--yes"},
        {"adopt", "oak-node-9"}, {"delete-orphan", "oak-node-9", "--yes"}, {"backup", "--move", "--yes"}}) {
    const auto done = box.ctl(command);
    EXPECT_EQ(done.status, 4) << command[0] << done.out << done.err;
    EXPECT_THAT(done.err, HasSubstr("morpheusctl takeover")) << command[0];
  }
  EXPECT_THAT(box.ctl({"status", "oak"}).out, HasSubstr(state));
  const auto doctor = box.ctl({"doctor"});
  EXPECT_EQ(doctor.status, 0) << "it is as it was told to be: " << doctor.out;
  EXPECT_THAT(doctor.out, HasSubstr("! duty: this daemon is " + state + " and changes nothing: "));
  EXPECT_THAT(doctor.out, HasSubstr("\n    when no other daemon acts for these forests: morpheusctl takeover\n"));
}

}  // namespace morpheus
