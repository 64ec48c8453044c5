#include <fmt/format.h>

#include <iostream>
#include <memory>

#include "common/protocol/views.hpp"
#include "ctl/command/checks.hpp"
#include "ctl/command/commands.hpp"
#include "ctl/render/orphans.hpp"
#include "ctl/render/plan.hpp"

namespace morpheus::ctl {
namespace {

constexpr Millis ask_all_limit{2 * 60'000};  // every provider is asked first
constexpr Millis deletion_limit{6 * 60'000};  // an action of the cloud may take 4 minutes

struct OrphanFlags {
  std::string name;
  bool yes = false;
  bool fresh = false;
};

std::string orphan_path(const std::string& name) { return "/v1/orphans/" + segment(name); }

// What is not known is no "there is none".
ExitStatus status_of(const OrphansView& view) { return view.failed.empty() ? ExitStatus::done : ExitStatus::failed; }

ExitStatus list_orphans(Session& session, const OrphanFlags& flags) {
  const std::string path = flags.fresh ? "/v1/orphans?fresh=true" : "/v1/orphans";
  const auto view = view_of<OrphansView>(session.client.get(path, ask_all_limit));
  if (session.json) {
    session.print(view);
  } else {
    std::cout << render_orphans(view);
  }
  return status_of(view);
}

ExitStatus adopt(Session& session, const OrphanFlags& flags) {
  const auto answer = session.client.post(orphan_path(flags.name) + "/adopt", nlohmann::json::object(), ask_all_limit);
  if (session.json) {
    session.print(answer);
    return ExitStatus::done;
  }
  const auto view = view_of<AdoptionView>(answer);
  std::cout << fmt::format("{} is a ready {} of {} now\n", view.node, to_string(view.role), view.forest)
            << render_warnings(view.warnings);
  return ExitStatus::done;
}

// Shows it and asks. What is not in the list needs no question: the daemon says what it is.
bool may_delete(Session& session, const std::string& name) {
  const auto view = view_of<OrphansView>(session.client.get("/v1/orphans", ask_all_limit));
  for (const OrphanView& orphan : view.orphans) {
    if (orphan.name != printable(name)) continue;
    if (!session.json) std::cout << render_orphan(orphan) << "\n";
    return ask(session, fmt::format("Delete {} for good, with all that is stored on it?", orphan.name));
  }
  return true;
}

std::string deletion_words(const DeletionView& view) {
  std::string text = view.deleted ? fmt::format("{} is deleted", view.name)
                                  : fmt::format("nothing to do: there is no {}", view.name);
  if (view.deleted && view.orphan && view.orphan->monthly_cost) {
    text += fmt::format("; it cost {:.2f} a month", *view.orphan->monthly_cost);
  }
  return text + "\n";
}

ExitStatus delete_orphan(Session& session, const OrphanFlags& flags) {
  if (!flags.yes && !may_delete(session, flags.name)) return ExitStatus::done;
  const auto answer = session.client.remove(orphan_path(flags.name), deletion_limit);
  if (session.json) {
    session.print(answer);
  } else {
    std::cout << deletion_words(view_of<DeletionView>(answer));
  }
  return ExitStatus::done;
}

}  // namespace

void add_orphan_commands(CLI::App& app, Action& chosen) {
  const auto flags = std::make_shared<OrphanFlags>();
  auto* list_command = app.add_subcommand("orphans", "Show machines of this daemon's that no node stands for, and what they cost");
  list_command->add_flag("--fresh", flags->fresh, "ask the providers anew: no answer of the last half minute is taken");
  list_command->callback([flags, &chosen] { chosen = [flags](Session& session) { return list_orphans(session, *flags); }; });

  auto* adopt_command = app.add_subcommand("adopt", "Make an orphan a node of its forest again");
  adopt_command->add_option("NAME", flags->name, "the machine's name")->required()->check(is_named());
  adopt_command->callback([flags, &chosen] { chosen = [flags](Session& session) { return adopt(session, *flags); }; });

  auto* delete_command = app.add_subcommand("delete-orphan", "Delete an orphan: a machine, or an address alone");
  delete_command->add_option("NAME", flags->name, "the machine's name")->required()->check(is_named());
  delete_command->add_flag("-y,--yes", flags->yes, "do not ask");
  delete_command->callback(
      [flags, &chosen] { chosen = [flags](Session& session) { return delete_orphan(session, *flags); }; });
}

}  // namespace morpheus::ctl
