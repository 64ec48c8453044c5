#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <iostream>
#include <memory>

#include "common/protocol/views.hpp"
#include "ctl/command/commands.hpp"
#include "ctl/render/findings.hpp"
#include "ctl/socket_look.hpp"
#include "ctl/unit_look.hpp"

namespace morpheus::ctl {
namespace {

constexpr Millis examination_limit{5 * 60'000};  // providers and download addresses are asked, each with a limit of its own

Finding answered(const Session& session, const VersionView& daemon, Millis took) {
  const auto said = fmt::format("morpheusd {} answered on {} in {} ms", daemon.version, session.socket, took.count());
  if (daemon.version == MORPHEUS_VERSION) return {"socket", FindingLevel::ok, said, ""};
  return {"socket", FindingLevel::warning, fmt::format("{}, and this is morpheusctl {}", said, MORPHEUS_VERSION),
          "systemctl restart morpheusd, if it was upgraded"};
}

void ask_daemon(Session& session, std::vector<Finding>& findings, bool fresh) {
  const auto begun = std::chrono::steady_clock::now();
  const auto version = view_of<VersionView>(session.client.get("/v1/version"));
  const auto took = std::chrono::duration_cast<Millis>(std::chrono::steady_clock::now() - begun);
  findings.push_back(answered(session, version, took));
  const auto more = view_of<std::vector<Finding>>(session.client.get(fresh ? "/v1/doctor?fresh=true" : "/v1/doctor", examination_limit));
  findings.insert(findings.end(), more.begin(), more.end());
}

// What it found by itself, where the daemon did not say.
ExitStatus look_alone(const Session& session, const CommandFailure& failure, std::vector<Finding>& findings) {
  const Finding socket = look_at_socket(session.socket);
  if (findings.empty() || socket.level == FindingLevel::failed) findings.push_back(socket);
  if (socket.level == FindingLevel::ok) findings.push_back({"daemon", FindingLevel::failed, failure.what(), failure.hint()});
  const auto fault = failure.status() == ExitStatus::no_daemon ? look_at_unit(session.socket) : std::nullopt;
  if (fault) findings.push_back({"unit", FindingLevel::failed, fault->what, fault->hint});
  return failure.status();
}

ExitStatus doctor(Session& session, bool fresh) {
  std::vector<Finding> findings;
  ExitStatus status = ExitStatus::done;
  try {
    ask_daemon(session, findings, fresh);
  } catch (const CommandFailure& failure) {
    status = look_alone(session, failure, findings);
  }
  const bool failed = std::ranges::any_of(findings, [](const Finding& each) { return each.level == FindingLevel::failed; });
  if (session.json) {
    session.print(findings);
  } else {
    std::cout << render_findings(findings, session.style);
  }
  return status == ExitStatus::done && failed ? ExitStatus::failed : status;
}

}  // namespace

void add_doctor_command(CLI::App& app, Action& chosen) {
  const auto fresh = std::make_shared<bool>(false);
  auto* command = app.add_subcommand("doctor", "Check the daemon, its providers and its forests, and say what to type");
  command->add_flag("--fresh", *fresh, "ask the providers anew: no answer of the last half minute is taken");
  command->callback([fresh, &chosen] { chosen = [fresh](Session& session) { return doctor(session, *fresh); }; });
}

}  // namespace morpheus::ctl
