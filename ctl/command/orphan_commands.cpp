#include <fmt/format.h>

#include <iostream>
#include <memory>

#include "common/protocol/views.hpp"
#include "ctl/command/checks.hpp"
#include "ctl/command/commands.hpp"
#include "ctl/render/orphans.hpp"

namespace morpheus::ctl {
namespace {

constexpr Millis deletion_limit{5 * 60'000};  // a provider takes up to 4 minutes

struct Flags {
  std::string machine;
  bool yes = false;
};

std::string path_of(const std::string& machine) { return "/v1/orphans/" + segment(machine); }

ExitStatus list(Session& session) {
  const auto answer = session.client.get("/v1/orphans");
  if (session.json) {
    session.print(answer);
  } else {
    std::cout << render_orphans(view_of<OrphansView>(answer));
  }
  return ExitStatus::done;
}

ExitStatus adopt(Session& session, const Flags& flags) {
  const auto answer = session.client.post(path_of(flags.machine) + "/adopt", nlohmann::json::object());
  if (session.json) {
    session.print(answer);
  } else {
    const auto adopted = view_of<AdoptionView>(answer);
    std::cout << fmt::format("{} is a node of {} ({})\n", adopted.node, adopted.forest, to_string(adopted.role));
  }
  return ExitStatus::done;
}

ExitStatus remove(Session& session, const Flags& flags) {
  if (!flags.yes) {
    auto view = view_of<OrphansView>(session.client.get("/v1/orphans"));
    std::erase_if(view.orphans, [&](const OrphanView& orphan) { return orphan.name != flags.machine; });
    if (!session.json && !view.orphans.empty()) std::cout << render_orphans(view) << "\n";
    if (!ask(session, fmt::format("Delete {} with its disk and its address?", printable(flags.machine)))) return ExitStatus::done;
  }
  session.client.set_timeout(deletion_limit);
  const auto answer = session.client.remove(path_of(flags.machine));
  if (session.json) {
    session.print(answer);
  } else {
    std::cout << printable(flags.machine) << " is deleted\n";
  }
  return ExitStatus::done;
}

}  // namespace

void add_orphan_commands(CLI::App& app, Action& chosen) {
  const auto flags = std::make_shared<Flags>();
  app.add_subcommand("orphans", "Show machines that no stored node stands for")->callback([&chosen] { chosen = list; });

  auto* adopt_command = app.add_subcommand("adopt", "Make an orphan a node of its forest again");
  adopt_command->add_option("MACHINE", flags->machine)->required()->check(is_named());
  adopt_command->callback([flags, &chosen] { chosen = [flags](Session& session) { return adopt(session, *flags); }; });

  auto* delete_command = app.add_subcommand("delete-orphan", "Delete an orphan");
  delete_command->add_option("MACHINE", flags->machine)->required()->check(is_named());
  delete_command->add_flag("-y,--yes", flags->yes, "do not ask");
  delete_command->callback([flags, &chosen] { chosen = [flags](Session& session) { return remove(session, *flags); }; });
}

}  // namespace morpheus::ctl
