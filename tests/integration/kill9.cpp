// kill9: kills the real daemon again and again, in every stage of planting, growing, shrinking and tearing down, and looks from
// outside at what became of it: processes in /proc, directories, NATS's own /routez, the content of a stream. 1 if anything
// is there twice, too much, missing or lost.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <fstream>
#include <iostream>
#include <map>
#include <set>

#include "tests/integration/daemon_box.hpp"

namespace morpheus {
namespace {

constexpr std::chrono::seconds kill_limit{120};
constexpr std::size_t cores = 3;

class Failure : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

void require(bool good, const std::string& otherwise) {
  if (!good) throw Failure(otherwise);
}

// A kind of work and the stages of its nodes that a kill can meet.
struct Work {
  std::string kind;
  std::vector<std::string> command;
  std::vector<std::string> stages;
};

const std::vector<std::string> upwards{"planned", "creating", "booting", "joining"};
const Work planting{"plant", {"plant", "local", "medium", "--name", "f"}, upwards};
const Work growing{"grow", {"grow", "f", "--yes"}, upwards};
const Work removing{"shrink", {"shrink", "f", "--yes", "--node"}, {"draining", "deleting"}};
const Work ending{"teardown", {"teardown", "f", "--yes"}, {"deleting"}};

// The life of one forest, with a daemon that dies on every occasion.
class Round {
 public:
  explicit Round(std::map<std::string, int>& kills) : kills_(kills), box_(settings()) { box_.start(); }

  // Returns how many messages were stored and found again.
  std::string run() {
    kill_through(planting);
    expect_servers(cores);
    Child publisher = publish();
    kill_through(growing);
    expect_servers(cores + 1);
    kill_through(growing);
    expect_servers(cores + 2);
    Work shrinking = removing;
    shrinking.command.push_back("f-node-5");
    fill_store("f-node-5");
    kill_through(shrinking);
    expect_servers(cores + 1);
    auto found = verify(publisher);
    kill_through(ending);
    expect_servers(0);
    require(box_.reserved_addresses().empty(), "addresses are still reserved");
    return found;
  }

  std::string log() const { return box_.log(); }

 private:
  static BoxSettings settings() {
    BoxSettings settings;
    settings.slow_start = true;
    settings.max_nodes = cores + 2;
    return settings;
  }

  void kill_through(const Work& work) {
    Child command = box_.start_ctl(work.command);
    for (const std::string& stage : work.stages) {
      const auto in_stage = [&](const std::string& open) {
        return open.starts_with(work.kind + ":") && open.find(stage) != std::string::npos;
      };
      if (!box_.kill_when(in_stage, command)) continue;
      ++kills_[work.kind + " " + stage];
      box_.launch();  // the next stage may be over before the daemon answers
    }
    box_.wait_for_answer();
    const auto done = [&] { return !command.running() && open_operation(box_.database()).empty(); };
    require(wait_until(done, kill_limit), work.kind + " does not end");
  }

  // A drained machine is deleted within a few milliseconds; one with much in its store takes long enough to be met at it.
  void fill_store(const std::string& machine) const {
    constexpr int files = 20'000;
    const auto dir = box_.machine_directory(machine) / "jetstream" / "much";
    std::filesystem::create_directories(dir);
    for (int i = 0; i < files; ++i) std::ofstream(dir / std::to_string(i));
  }

  std::vector<std::string> addresses() const {
    const auto status = box_.ask({"status", "f"});
    std::vector<std::string> addresses;
    for (const auto& node : status["nodes"]) addresses.push_back(node["address"]);
    return addresses;
  }

  void expect_servers(std::size_t wanted) const {
    const auto directories = box_.machine_directories();
    require(directories.size() == wanted, fmt::format("{} machines instead of {}", directories.size(), wanted));
    const auto pids = box_.server_pids();
    require(pids.size() == wanted, fmt::format("{} servers instead of {}", pids.size(), wanted));
    require(box_.server_pids("witness.conf").empty(), "a witness beside three cores");
    if (wanted == 0) return;
    const auto there = addresses();
    require(there.size() == wanted, fmt::format("{} nodes shown instead of {}", there.size(), wanted));
    require(wait_until([&] { return is_full_mesh(there).value_or(false); }, kill_limit), "the servers do not list each other");
  }

  std::vector<std::string> with_urls(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), FOREST_TOOL);
    for (const auto& address : addresses()) arguments.insert(arguments.end(), {"--url", "nats://" + address + ":4222"});
    arguments.insert(arguments.end(), {"--stream", "KEPT", "--state", box_.file("acked")});
    return arguments;
  }

  Child publish() const {
    Command command;
    command.arguments = with_urls({"publish", "--subject", "kept.message", "--replicas", "3", "--rate", "200"});
    command.out = command.err = box_.file("publish-log");
    return Child(command);
  }

  std::string verify(Child& publisher) const {
    const auto ended = publisher.terminate(kill_limit);
    require(ended == 0, "the publisher failed: " + read_text(box_.file("publish-log")));
    const auto verified = run_command(with_urls({"verify"}), kill_limit);
    require(verified.status == 0, "messages were lost: " + verified.out + verified.err);
    return verified.out;
  }

  std::map<std::string, int>& kills_;
  DaemonBox box_;
};

int total(const std::map<std::string, int>& kills) {
  int sum = 0;
  for (const auto& [where, times] : kills) sum += times;
  return sum;
}

int run(int wanted) {
  std::map<std::string, int> kills;
  for (const Work& work : {planting, growing, removing, ending}) {
    for (const std::string& stage : work.stages) kills[work.kind + " " + stage] = 0;
  }
  const auto all_met = [&] { return std::ranges::none_of(kills, [](const auto& each) { return each.second == 0; }); };
  int rounds = 0;
  for (; total(kills) < wanted || (!all_met() && rounds < wanted); ++rounds) {
    Round round(kills);
    try {
      fmt::print("round {}: {} kills so far; {}", rounds + 1, total(kills), round.run());
    } catch (const std::exception& error) {
      fmt::print("round {}: {}\n{}", rounds + 1, error.what(), round.log());
      return 1;
    }
    std::cout << std::flush;
  }
  for (const auto& [where, times] : kills) fmt::print("{:>6} {}\n", times, where);
  fmt::print("{} kills in {} rounds: nothing twice, nothing left, nothing lost\n", total(kills), rounds);
  if (all_met()) return 0;
  fmt::print("but not every stage was met\n");
  return 1;
}

}  // namespace
}  // namespace morpheus

int main(int argc, char** argv) {
  int kills = 200;
  CLI::App app("Kills the real daemon in every stage of its work, and looks at what became of it.");
  app.add_option("--kills", kills, "how many times at least")->check(CLI::Range(1, 1'000'000));
  CLI11_PARSE(app, argc, argv);
  return morpheus::run(kills);
}
