#include "tests/tools/fake_system.hpp"

#include <fmt/format.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>

namespace morpheus {
namespace {

constexpr std::chrono::seconds system_start_limit{20};
constexpr auto bus_conf =
    "<busconfig><listen>{}</listen><auth>EXTERNAL</auth><policy context=\"default\"><allow own=\"*\"/>"
    "<allow send_destination=\"*\"/><allow receive_sender=\"*\"/></policy></busconfig>\n";
const std::vector<std::string> logind{"org.freedesktop.login1", "/org/freedesktop/login1"};

}  // namespace

std::string FakeSystem::address() const { return "unix:path=" + (dir_ / "bus").string(); }

void FakeSystem::start() {
  Command bus;
  std::ofstream(dir_ / "conf") << fmt::format(bus_conf, address());
  bus.arguments = {"/usr/bin/dbus-daemon", "--nofork", "--nopidfile", "--config-file=" + (dir_ / "conf").string()};
  bus.out = bus.err = dir_ / "log";
  bus_.emplace(bus);
  const auto there = [&] { return std::filesystem::exists(dir_ / "bus") || !bus_->running(); };
  if (!wait_until(there, system_start_limit)) throw std::runtime_error("no bus: " + read_text(dir_ / "log"));
  Command fake;
  fake.arguments = {"/usr/bin/python3", FAKE_SYSTEM, dir_ / "asked", dir_ / "units"};
  fake.environment = {variable()};
  fake.out = fake.err = dir_ / "log";
  fake_.emplace(fake);
  const auto answers = [&] { return !busctl({"call", logind[0], logind[1], "org.freedesktop.login1.Manager", "ListInhibitors"}).empty(); };
  if (!wait_until(answers, system_start_limit)) throw std::runtime_error("the fake system does not start: " + read_text(dir_ / "log"));
}

void FakeSystem::end() {
  fake_.reset();
  bus_.reset();
  std::filesystem::remove(dir_ / "bus");
}

std::vector<std::string> FakeSystem::inhibitors() const {
  const auto answer = busctl({"--json=short", "call", logind[0], logind[1], "org.freedesktop.login1.Manager", "ListInhibitors"});
  std::vector<std::string> found;
  const auto json = nlohmann::json::parse(answer);
  for (const auto& each : json.at("data").at(0)) {
    found.push_back(each.at(0).get<std::string>() + " " + each.at(1).get<std::string>() + " " + each.at(3).get<std::string>());
  }
  return found;
}

void FakeSystem::units_run(const std::vector<std::string>& command) const {
  std::ofstream out(dir_ / "units");
  for (const auto& word : command) out << word << '\n';
}

void FakeSystem::shut_down(bool coming) const {
  busctl({"call", logind[0], logind[1], "org.morpheus.Fake", "Shutdown", "b", coming ? "true" : "false"});
}

void FakeSystem::behave(const std::string& how) const { busctl({"call", logind[0], logind[1], "org.morpheus.Fake", "Behave", "s", how}); }

// Empty: it failed.
std::string FakeSystem::busctl(std::vector<std::string> arguments) const {
  arguments.insert(arguments.begin(), {"/usr/bin/busctl", "--address=" + address()});
  const auto done = run_command(std::move(arguments));
  return done.status == 0 ? done.out + "\n" : "";
}

}  // namespace morpheus
