#pragma once

#include <chrono>
#include <csignal>
#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "tests/tools/child.hpp"
#include "tests/tools/temp_dir.hpp"

namespace morpheus {

// What must happen in a box happens by then.
inline constexpr std::chrono::seconds limit{60};

// What a test changes of the configuration; the rest is quick and small.
struct BoxSettings {
  int max_nodes = 3;
  bool growth = false;
  double threshold_memory = 80;  // percent; 1 makes every node hot
  double cooldown_minutes = 0;
  int core_nodes = 3;
  std::optional<double> max_monthly_cost;
  std::string more;                      // further sections of the configuration
  std::vector<std::string> environment;  // of the daemon, "NAME=value"
  std::vector<std::string> arguments;    // of the daemon, behind its configuration
  std::vector<std::string> wrapper;      // what becomes the daemon: its path and arguments are put behind it
  bool slow_start = false;  // servers take 300 ms before they answer, so that the stage "booting" can be met
};

// A real morpheusd in a directory of its own, with real nats-servers. Whatever still runs at the end is killed.
// Its tests wait in real time: the daemon and its servers are programs with the system's clock. What simulated time can try is in tests/sim.
class DaemonBox {
 public:
  explicit DaemonBox(const BoxSettings& settings = {});
  ~DaemonBox();

  // Starts the daemon and waits until it answers; std::runtime_error with its log if it does not.
  void start();
  // The two halves of start().
  void launch();
  void wait_for_answer();
  void kill() { daemon_->kill(); }
  void freeze() { daemon_->freeze(); }
  void thaw() { daemon_->thaw(); }
  bool running() { return daemon_->running(); }
  int pid() const { return daemon_->pid(); }
  // Of one that has ended.
  std::optional<int> status() { return daemon_->wait(std::chrono::milliseconds{0}); }
  std::optional<int> terminate();
  // Writes another configuration, or anything else, in its place; SIGHUP.
  void configure(const BoxSettings& settings);
  void configure(const std::string& text);
  // Of the daemon's next start, "NAME=value", over this process's.
  void set_environment(std::vector<std::string> environment) { environment_ = std::move(environment); }
  void reload() { daemon_->signal(SIGHUP); }

  // With slow_start: what is started between the two does not answer before the second, so that "booting" lasts.
  void hold_servers();
  void release_servers();

  // Kills the daemon at a moment when what open_operation() says is `wanted`: it is frozen first, so that nothing moves
  // between the look and the kill. Returns what it said; unset: `command` and what it began ended before such a moment.
  using Wanted = std::function<bool(const std::string& open)>;
  std::optional<std::string> kill_when(const Wanted& wanted, Child& command);

  Finished ctl(std::vector<std::string> arguments) const;
  Child start_ctl(std::vector<std::string> arguments) const;
  // `-o json` of a command that must succeed.
  nlohmann::json ask(std::vector<std::string> arguments) const;

  std::string config_file() const { return dir_ / "morpheusd.yaml"; }
  std::string database() const { return dir_ / "morpheus.db"; }
  std::string socket() const { return dir_ / "control.sock"; }
  std::string file(const std::string& name) const { return dir_ / name; }
  std::string log() const { return read_text(dir_ / "log"); }

  // From outside: what /proc knows of servers below this box's state directory, and what its directories hold.
  std::vector<int> server_pids(const std::string& conf = "nats.conf") const;
  std::vector<std::string> machine_directories() const;
  std::filesystem::path machine_directory(const std::string& machine) const { return dir_.path() / "state" / "local" / machine; }
  std::vector<std::string> reserved_addresses() const;

 private:
  TempDir dir_;
  std::vector<std::string> environment_;
  std::vector<std::string> arguments_;
  std::vector<std::string> wrapper_;
  std::optional<Child> daemon_;
};

// Server ids that each server lists in its own /routez, by address; unset while one does not answer.
std::optional<bool> is_full_mesh(const std::vector<std::string>& addresses);

// How often `what` is in the text.
std::size_t times_in(const std::string& text, const std::string& what);

// How often the policy was asked, read from the database.
std::int64_t times_decided(const std::string& database);

// "plant: creating joining" and the like, read from the database: the open operation and its nodes' stages. Empty: no
// operation is open.
std::string open_operation(const std::string& database);

}  // namespace morpheus
