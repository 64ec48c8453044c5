#include <fmt/format.h>

#include <iostream>
#include <memory>

#include "common/protocol/views.hpp"
#include "ctl/command/checks.hpp"
#include "ctl/command/commands.hpp"
#include "ctl/command/follow.hpp"
#include "ctl/render/growth.hpp"
#include "ctl/render/status.hpp"
#include "ctl/render/words.hpp"

namespace morpheus::ctl {
namespace {

struct GrowFlags {
  std::string forest;
  int nodes = 1;
  double threshold = 0;
  bool automatic = false;
  bool yes = false;
  bool dry_run = false;
  bool detach = false;
};

GrowRequest make_request(const GrowFlags& flags, bool dry_run) {
  GrowRequest request;
  request.nodes = flags.nodes;
  request.automatic = flags.automatic;
  if (flags.threshold > 0) request.threshold = flags.threshold;
  request.dry_run = dry_run;
  return request;
}

GrowAnswer send(Session& session, const std::string& forest, const GrowRequest& request) {
  return session.client.post(forest_path(forest) + "/grow", request).get<GrowAnswer>();
}

GrowAnswer printable_answer(const GrowAnswer& answer) { return view_of<GrowAnswer>(answer); }

// 0 when it grew or nothing is needed; 4 when growth is wanted and something forbids it, or cannot be told.
ExitStatus status_of(const GrowAnswer& answer) {
  const bool fine = answer.action == "grow" || answer.decision.outcome == Outcome::none;
  return fine ? ExitStatus::done : ExitStatus::refused;
}

ExitStatus carry_out(Session& session, const std::string& forest, const GrowFlags& flags) {
  GrowAnswer answer = send(session, forest, make_request(flags, false));
  if (!answer.operation) {
    if (session.json) {
      session.print(answer);
    } else {
      std::cout << render_refusal(printable_answer(answer));
    }
    return status_of(answer);
  }
  if (!session.json) {
    const auto shown = printable_answer(answer);
    std::cout << fmt::format("Growing {} by {}: {}\n", forest, node_count(shown.nodes.size()), shown.reason)
              << std::flush;
  }
  if (!flags.detach) answer.operation = follow(session, *answer.operation);
  if (session.json) {
    session.print(answer);
  } else if (flags.detach) {
    std::cout << fmt::format("to look: morpheusctl operation {} --wait\n", answer.operation->id);
  }
  return report_end(session, *answer.operation);
}

// What would be done, on the screen; true: it may be asked for.
bool show_proposal(Session& session, const std::string& forest, const GrowFlags& flags,
                   const GrowAnswer& planned) {
  auto status = view_of<StatusView>(session.client.get(forest_path(forest)));
  if (flags.threshold > 0) status = with_threshold(std::move(status), flags.threshold);
  std::cout << render_health(status, session.style) << "\n"
            << render_proposal(printable_answer(planned), status);
  return planned.action == "grow";
}

ExitStatus grow(Session& session, const GrowFlags& flags) {
  const auto forest = choose_forest(session, flags.forest);
  if ((flags.automatic || flags.yes) && !flags.dry_run) return carry_out(session, forest, flags);
  const auto planned = send(session, forest, make_request(flags, true));
  if (session.json) {
    session.print(planned);
  } else if (!show_proposal(session, forest, flags, planned)) {
    return status_of(planned);
  }
  if (flags.dry_run || planned.action != "grow") return status_of(planned);
  return ask(session, "Proceed?") ? carry_out(session, forest, flags) : ExitStatus::done;
}

}  // namespace

void add_grow_command(CLI::App& app, Action& chosen) {
  const auto flags = std::make_shared<GrowFlags>();
  auto* command = app.add_subcommand("grow", "Show a forest's health, and add nodes");
  command->add_option("FOREST", flags->forest)->check(is_named());
  command->add_option("--nodes", flags->nodes, "how many")->check(CLI::Range(1, 100))->capture_default_str();
  command->add_flag("--auto", flags->automatic, "only if the policy says so; asks nothing");
  command->add_option("--threshold", flags->threshold, "percent, instead of growth.threshold_*")
      ->check(is_within(0.1, 100.0));
  command->add_flag("-y,--yes", flags->yes, "do not ask; ignores threshold, cooldown and growth.enabled");
  command->add_flag("--dry-run", flags->dry_run, "show what would be done, change nothing");
  command->add_flag("--detach", flags->detach, "do not wait for the end");
  command->callback(
      [flags, &chosen] { chosen = [flags](Session& session) { return grow(session, *flags); }; });
}

}  // namespace morpheus::ctl
