#include "tests/integration/daemon_box.hpp"

#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <set>
#include <stdexcept>
#include <string_view>

#include "tests/tools/http_get.hpp"

namespace morpheus {
namespace fs = std::filesystem;
namespace {

constexpr std::chrono::seconds answer_limit{20};
constexpr std::string_view hold_file = "hold";
constexpr int busy_ms = 5'000;  // to wait for the daemon's own transaction

std::string config_text(const fs::path& dir, const BoxSettings& settings, const std::string& nats_server) {
  const std::string limit = settings.max_monthly_cost ? fmt::format("  max_monthly_cost: {}\n", *settings.max_monthly_cost) : "";
  return fmt::format(
      "daemon:\n  socket: {0}/control.sock\n  database: {0}/morpheus.db\n  state_dir: {0}/state\n"
      "monitor:\n  poll_interval: 200ms\n"
      "growth:\n  enabled: {1}\n  max_nodes: {2}\n  threshold_memory: {3}\n  cooldown_minutes: {4}\n  sustain_seconds: 1\n"
      "  settle_seconds: 1\n{8}"
      "jetstream:\n  core_nodes: {6}\n"
      "local:\n  nats_server: {5}\n  cores: 2\n  memory_mb: 512\n{7}",
      dir.string(), settings.growth, settings.max_nodes, settings.threshold_memory, settings.cooldown_minutes, nats_server,
      settings.core_nodes, settings.more, limit);
}

// It becomes nats-server, so that the process, its arguments and its descriptors are the real ones.
std::string write_slow_server(const fs::path& dir) {
  const auto script = dir / "slow-nats-server";
  std::ofstream(script) << fmt::format("#!/bin/sh\nsleep 0.3\nwhile [ -e {} ]; do sleep 0.02; done\nexec /usr/sbin/nats-server \"$@\"\n",
                                       (dir / hold_file).string());
  fs::permissions(script, fs::perms::owner_all);
  return script;
}

std::vector<std::string> names_in(const fs::path& dir) {
  std::vector<std::string> names;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(dir, error)) names.push_back(entry.path().filename());
  return names;
}

}  // namespace

DaemonBox::DaemonBox(const BoxSettings& settings) : environment_(settings.environment), arguments_(settings.arguments), wrapper_(settings.wrapper) { configure(settings); }

void DaemonBox::configure(const BoxSettings& settings) {
  const auto server = settings.slow_start ? write_slow_server(dir_.path()) : std::string("/usr/sbin/nats-server");
  configure(config_text(dir_.path(), settings, server));
}

void DaemonBox::configure(const std::string& text) { std::ofstream(config_file()) << text; }

DaemonBox::~DaemonBox() {
  daemon_.reset();
  for (const char* conf : {"nats.conf", "witness.conf"}) {
    for (const int pid : server_pids(conf)) ::kill(pid, SIGKILL);
  }
  wait_until([&] { return server_pids().empty() && server_pids("witness.conf").empty(); }, answer_limit);
}

void DaemonBox::start() {
  launch();
  wait_for_answer();
}

void DaemonBox::launch() {
  Command command;
  command.arguments = wrapper_;
  command.arguments.insert(command.arguments.end(), {MORPHEUSD, "--config", config_file()});
  command.arguments.insert(command.arguments.end(), arguments_.begin(), arguments_.end());
  command.environment = environment_;
  // The computer's own bus is nobody's business here; the first of a name counts.
  command.environment.push_back("DBUS_SYSTEM_BUS_ADDRESS=unix:path=" + file("no-bus"));
  command.out = dir_ / "log";
  command.err = dir_ / "log";
  daemon_.emplace(command);
}

void DaemonBox::wait_for_answer() {
  const auto answered = [&] {
    const int status = ctl({"list"}).status;
    return !daemon_->running() || status == 0 || status == 5;
  };
  const bool answers = wait_until(answered, answer_limit);
  if (!answers || !daemon_->running()) throw std::runtime_error("the daemon does not start: " + log());
}

std::optional<int> DaemonBox::terminate() { return daemon_->terminate(answer_limit); }

std::optional<std::string> DaemonBox::kill_when(const Wanted& wanted, Child& command) {
  for (;;) {
    const bool asked = !command.running();
    const auto open = open_operation(database());
    if (asked && open.empty()) return std::nullopt;
    if (!wanted(open)) continue;
    daemon_->freeze();
    auto frozen = open_operation(database());
    if (wanted(frozen)) {
      daemon_->kill();
      return frozen;
    }
    daemon_->thaw();
  }
}

Child DaemonBox::start_ctl(std::vector<std::string> arguments) const {
  Command command;
  command.arguments = {MORPHEUSCTL, "--socket", socket()};
  command.arguments.insert(command.arguments.end(), arguments.begin(), arguments.end());
  command.out = command.err = dir_ / "ctl-log";
  return Child(command);
}

Finished DaemonBox::ctl(std::vector<std::string> arguments) const {
  arguments.insert(arguments.begin(), {MORPHEUSCTL, "--socket", socket()});
  return run_command(std::move(arguments), std::chrono::minutes{2});
}

nlohmann::json DaemonBox::ask(std::vector<std::string> arguments) const {
  arguments.insert(arguments.end(), {"-o", "json"});
  const auto done = ctl(arguments);
  if (done.status != 0) throw std::runtime_error(arguments.front() + ": " + done.err + done.out);
  return nlohmann::json::parse(done.out);
}

void DaemonBox::hold_servers() { std::ofstream(file(std::string(hold_file))) << ""; }

void DaemonBox::release_servers() { fs::remove(file(std::string(hold_file))); }

std::vector<int> DaemonBox::server_pids(const std::string& conf) const {
  std::vector<int> pids;
  const auto prefix = (dir_.path() / "state").string();
  for (const auto& name : names_in("/proc")) {
    std::ifstream in("/proc/" + name + "/cmdline", std::ios::binary);
    std::string word;
    while (std::getline(in, word, '\0')) {
      if (word.starts_with(prefix) && word.ends_with("/" + conf)) pids.push_back(std::stoi(name));
    }
  }
  return pids;
}

std::vector<std::string> DaemonBox::machine_directories() const {
  auto names = names_in(dir_.path() / "state" / "local");
  std::erase_if(names, [](const std::string& name) { return name.starts_with('.'); });
  return names;
}

std::vector<std::string> DaemonBox::reserved_addresses() const {
  return names_in(dir_.path() / "state" / "local" / ".addresses");
}

std::optional<bool> is_full_mesh(const std::vector<std::string>& addresses) {
  std::set<std::string> ids;
  std::vector<std::set<std::string>> seen;
  for (const auto& address : addresses) {
    const auto body = http_get(address, 8222, "routez");
    if (!body) return std::nullopt;
    const auto routez = nlohmann::json::parse(*body);
    ids.insert(routez["server_id"].get<std::string>());
    auto& own = seen.emplace_back(std::set<std::string>{routez["server_id"].get<std::string>()});
    for (const auto& route : routez["routes"]) own.insert(route["remote_id"].get<std::string>());
  }
  for (const auto& each : seen) {
    if (each != ids) return false;
  }
  return true;
}

std::int64_t times_decided(const std::string& path) {
  const SQLite::Database database(path, SQLite::OPEN_READWRITE, busy_ms);
  SQLite::Statement sum(database, "SELECT coalesce(sum(times), 0) FROM decisions");
  sum.executeStep();
  return sum.getColumn(0).getInt64();
}

std::size_t times_in(const std::string& text, const std::string& what) {
  std::size_t found = 0;
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + what.size())) ++found;
  return found;
}

std::string open_operation(const std::string& path) {
  const SQLite::Database database(path, SQLite::OPEN_READWRITE, busy_ms);
  SQLite::Statement operation(database, "SELECT id, kind FROM operations WHERE state = 'running'");
  if (!operation.executeStep()) return "";
  std::string text = operation.getColumn(1).getString() + ":";
  SQLite::Statement nodes(database, "SELECT state FROM nodes WHERE operation_id = ? ORDER BY id");
  nodes.bind(1, operation.getColumn(0).getInt64());
  while (nodes.executeStep()) text += " " + nodes.getColumn(0).getString();
  return text;
}

}  // namespace morpheus
