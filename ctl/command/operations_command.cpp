#include <fmt/format.h>

#include <iostream>
#include <memory>

#include "common/protocol/views.hpp"
#include "ctl/command/checks.hpp"
#include "ctl/command/commands.hpp"
#include "ctl/render/record.hpp"

namespace morpheus::ctl {
namespace {

struct OperationsFlags {
  std::string forest;
  int limit = 20;
};

ExitStatus operations(Session& session, const OperationsFlags& flags) {
  const auto answer = session.client.get(fmt::format("/v1/operations?limit={}&forest={}", flags.limit, segment(flags.forest)));
  if (session.json) {
    session.print(answer);
  } else {
    std::cout << render_operations(view_of<std::vector<OperationView>>(answer));
  }
  return ExitStatus::done;
}

}  // namespace

void add_operations_command(CLI::App& app, Action& chosen) {
  const auto flags = std::make_shared<OperationsFlags>();
  auto* command = app.add_subcommand("operations", "Show what was done to forests, and by whom: plant, grow, shrink, teardown");
  command->add_option("--forest", flags->forest, "of one forest alone")->check(is_named());
  command->add_option("-n,--limit", flags->limit, "how many")->check(CLI::Range(1, 1000))->capture_default_str();
  command->callback([flags, &chosen] { chosen = [flags](Session& session) { return operations(session, *flags); }; });
}

}  // namespace morpheus::ctl
