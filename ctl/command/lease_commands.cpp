#include <fmt/format.h>

#include <iostream>
#include <memory>

#include "common/protocol/views.hpp"
#include "ctl/command/backup_command.hpp"
#include "ctl/command/commands.hpp"

namespace morpheus::ctl {
namespace {

constexpr const char* takeover_question =
    "Is every other daemon with a copy of this database stopped for good, or retired?";

constexpr Millis takeover_patience{40'000};  // it waits for what was under way, and for the providers

ExitStatus takeover(Session& session, bool yes) {
  auto duty = view_of<LeaseView>(session.client.get("/v1/duty"));
  const bool active = duty.state == "active";
  if (!active) {
    if (!session.json) std::cerr << fmt::format("{}: {}\n", duty.state, duty.reason);
    if (!yes && !ask(session, takeover_question, std::cerr)) return ExitStatus::failed;
    duty = view_of<LeaseView>(session.client.post("/v1/takeover", nlohmann::json::object(), takeover_patience));
  }
  if (session.json) {
    session.print(duty);
  } else {
    std::cout << (active ? "nothing to do: this daemon acts already\n" : "this daemon acts from now on: morpheusctl status, morpheusctl orphans\n");
  }
  return ExitStatus::done;
}

}  // namespace

void add_duty_commands(CLI::App& app, Action& chosen) {
  const auto flags = std::make_shared<BackupFlags>();
  auto* backup_command = app.add_subcommand("backup", "Write an archive of the database and the forests' secrets to standard output");
  backup_command->add_flag("--move", flags->move, "retire this daemon with it: what is restored from it acts in its place");
  backup_command->add_flag("-y,--yes", flags->yes, "do not ask");
  backup_command->callback([flags, &chosen] { chosen = [flags](Session& session) { return backup(session, *flags); }; });

  const auto yes = std::make_shared<bool>(false);
  auto* takeover_command = app.add_subcommand("takeover", "Let this daemon act: after a restore, or when it was retired");
  takeover_command->add_flag("-y,--yes", *yes, "do not ask");
  takeover_command->callback([yes, &chosen] { chosen = [yes](Session& session) { return takeover(session, *yes); }; });
}

}  // namespace morpheus::ctl
