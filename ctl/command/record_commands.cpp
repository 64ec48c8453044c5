#include <fmt/format.h>

#include <iostream>
#include <memory>

#include "common/protocol/views.hpp"
#include "ctl/command/checks.hpp"
#include "ctl/command/commands.hpp"
#include "ctl/command/follow.hpp"
#include "ctl/render/printable.hpp"
#include "ctl/output.hpp"
#include "ctl/render/record.hpp"

namespace morpheus::ctl {
namespace {

struct RecordFlags {
  std::string forest;
  int limit = 20;
  std::int64_t operation = 0;
  bool wait = false;
  bool resume = false;
  bool abort = false;
  std::string node;
  bool show_secrets = false;
};

ExitStatus explain(Session& session, const RecordFlags& flags) {
  const auto forest = choose_forest(session, flags.forest);
  const auto decision = session.client.get(forest_path(forest) + "/explain");
  if (session.json) {
    session.print(decision);
  } else {
    std::cout << render_decision(view_of<DecisionView>(decision), printable(forest), session.style);
  }
  return ExitStatus::done;
}

ExitStatus history(Session& session, const RecordFlags& flags) {
  const auto forest = choose_forest(session, flags.forest);
  const auto decisions =
      session.client.get(fmt::format("{}/history?limit={}", forest_path(forest), flags.limit));
  if (session.json) {
    session.print(decisions);
  } else {
    std::cout << render_history(view_of<std::vector<DecisionView>>(decisions));
  }
  return ExitStatus::done;
}

// What is to be done with a parked one.
void decide(Session& session, const std::string& path, const RecordFlags& flags) {
  if (flags.resume) session.client.post(path + "/resume", nlohmann::json::object());
  if (flags.abort) session.client.post(path + "/abort", nlohmann::json::object());
}

ExitStatus operation(Session& session, const RecordFlags& flags) {
  const auto path = fmt::format("/v1/operations/{}", flags.operation);
  decide(session, path, flags);
  auto answer = session.client.get(path);
  auto view = view_of<OperationView>(answer);
  if (flags.wait) {
    view = follow(session, view);
    answer = view;
  }
  if (session.json) {
    session.print(answer);
  } else {
    std::cout << render_operation(view_of<OperationView>(answer), session.style);
  }
  if (!flags.wait || view.state == OperationState::succeeded) return ExitStatus::done;
  return view.parked ? report_end(session, view) : ExitStatus::failed;
}

ExitStatus image(Session& session, const RecordFlags& flags) {
  const auto forest = choose_forest(session, flags.forest);
  const auto path = fmt::format("{}/image?node={}&secrets={}", forest_path(forest), segment(flags.node), flags.show_secrets);
  const auto answer = session.client.get(path);
  if (session.json) {
    session.print(answer);
  } else {
    write_exactly(std::cout, answer.get<ImageView>().image);
  }
  return ExitStatus::done;
}

}  // namespace

void add_record_commands(CLI::App& app, Action& chosen) {
  const auto flags = std::make_shared<RecordFlags>();
  auto* explain_command =
      app.add_subcommand("explain", "Show the last decision, every gate, and what would change it");
  explain_command->add_option("FOREST", flags->forest)->check(is_named());
  explain_command->callback(
      [flags, &chosen] { chosen = [flags](Session& session) { return explain(session, *flags); }; });

  auto* history_command = app.add_subcommand("history", "Show past decisions");
  history_command->add_option("FOREST", flags->forest)->check(is_named());
  history_command->add_option("--limit", flags->limit, "how many")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  history_command->callback(
      [flags, &chosen] { chosen = [flags](Session& session) { return history(session, *flags); }; });

  auto* image_command = app.add_subcommand("image", "Show what a machine is told: a node's, or the next one's");
  image_command->add_option("FOREST", flags->forest)->check(is_named());
  image_command->add_option("--node", flags->node, "its name, or its short name (node-4); default: the next node")
      ->check(is_named());
  image_command->add_flag("--show-secrets", flags->show_secrets, "with passwords and keys");
  image_command->callback(
      [flags, &chosen] { chosen = [flags](Session& session) { return image(session, *flags); }; });

  auto* operation_command = app.add_subcommand("operation", "Show one operation in full, wait for its end, or say what becomes of a parked one");
  operation_command->add_option("ID", flags->operation, "its number, as 4 or '#4'")->required()->transform(is_operation_id());
  operation_command->add_flag("--wait", flags->wait, "show its stages until it has ended, or is parked");
  auto* resume = operation_command->add_flag("--resume", flags->resume, "try it again, if it is parked");
  operation_command->add_flag("--abort", flags->abort, "bring it to its end as failed, if it is parked: what is not ready is given up")
      ->excludes(resume);
  operation_command->callback(
      [flags, &chosen] { chosen = [flags](Session& session) { return operation(session, *flags); }; });
}

}  // namespace morpheus::ctl
