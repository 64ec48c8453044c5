#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <iostream>

#include "common/protocol/views.hpp"
#include "ctl/command/commands.hpp"
#include "ctl/render/doctor.hpp"

namespace morpheus::ctl {
namespace {

constexpr Millis examination_limit{120'000};  // the API and each download address are asked

Check about_socket(Session& session) {
  const auto begin = std::chrono::steady_clock::now();
  const auto daemon = view_of<VersionView>(session.client.get("/v1/version"));
  const auto took = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count();
  Check check;
  check.name = "daemon";
  check.message = fmt::format("morpheusd {} answers within {:.1f} ms", daemon.version, took);
  if (daemon.version == MORPHEUS_VERSION) return check;
  check.level = CheckLevel::warning;
  check.message += fmt::format("; this morpheusctl is {}", MORPHEUS_VERSION);
  check.hint = "systemctl restart morpheusd, if it was upgraded meanwhile";
  return check;
}

ExitStatus examine(Session& session) {
  DoctorView view;
  view.checks.push_back(about_socket(session));
  session.client.set_timeout(examination_limit);
  const auto answer = session.client.get("/v1/doctor");
  const auto found = session.json ? answer.get<DoctorView>() : view_of<DoctorView>(answer);
  view.checks.insert(view.checks.end(), found.checks.begin(), found.checks.end());
  if (session.json) {
    session.print(view);
  } else {
    std::cout << render_doctor(view, session.style);
  }
  const bool failed = std::ranges::any_of(view.checks, [](const Check& check) { return check.level == CheckLevel::failed; });
  return failed ? ExitStatus::failed : ExitStatus::done;
}

}  // namespace

void add_doctor_command(CLI::App& app, Action& chosen) {
  app.add_subcommand("doctor", "Look at everything that the daemon stands on")->callback([&chosen] { chosen = examine; });
}

}  // namespace morpheus::ctl
