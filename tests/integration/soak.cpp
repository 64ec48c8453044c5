// soak: lets the real daemon grow and shrink a forest each minute, and looks at what that leaves behind in the daemon:
// descriptors, memory, database. 1 if any of them keeps growing.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <vector>

#include "tests/integration/daemon_box.hpp"

namespace morpheus {
namespace {

constexpr auto cycle = std::chrono::minutes{1};
constexpr std::int64_t kib = 1024;

// What may be lost between the first third's end and the end, for the allocator's and SQLite's own steps.
constexpr std::int64_t memory_slack_kib = 2 * kib;
constexpr std::int64_t database_slack_kib = 2 * kib;

struct Look {
  std::int64_t descriptors = 0;
  std::int64_t memory_kib = 0;
  std::int64_t database_kib = 0;
};

std::int64_t resident_kib(int pid) {
  std::ifstream in(fmt::format("/proc/{}/status", pid));
  std::string line;
  while (std::getline(in, line)) {
    if (line.starts_with("VmRSS:")) return std::stoll(line.substr(6));
  }
  throw std::runtime_error("the daemon is gone");
}

std::int64_t file_kib(const std::string& path) {
  std::error_code missing;
  const auto size = std::filesystem::file_size(path, missing);
  return missing ? 0 : static_cast<std::int64_t>(size) / kib;
}

Look look(const DaemonBox& box) {
  const std::filesystem::directory_iterator descriptors(fmt::format("/proc/{}/fd", box.pid()));
  return {std::distance(begin(descriptors), end(descriptors)), resident_kib(box.pid()),
          file_kib(box.database()) + file_kib(box.database() + "-wal")};
}

void require_done(const Finished& finished, const std::string& what) {
  if (finished.status != 0) throw std::runtime_error(fmt::format("{}: {}{}", what, finished.out, finished.err));
}

std::string newest_node(const DaemonBox& box) {
  const auto status = box.ask({"status", "f"});
  return status["nodes"].back()["name"];
}

void grow_and_shrink(const DaemonBox& box) {
  require_done(box.ctl({"grow", "f", "--yes"}), "grow");
  const auto added = newest_node(box);
  if (box.server_pids().size() != 2) throw std::runtime_error("the forest did not grow");
  require_done(box.ctl({"shrink", "f", "--node", added, "--yes"}), "shrink");
  if (box.server_pids().size() != 1) throw std::runtime_error("the forest did not shrink");
}

// From the end of the first third on, when every cache has been filled.
bool is_flat(const std::vector<Look>& looks) {
  const Look& first = looks[looks.size() / 3];
  const Look& last = looks.back();
  return last.descriptors <= first.descriptors && last.memory_kib <= first.memory_kib + memory_slack_kib &&
         last.database_kib <= first.database_kib + database_slack_kib;
}

int run(int minutes) {
  BoxSettings settings;
  settings.core_nodes = 1;  // what is added is an edge, and may be removed again
  DaemonBox box(settings);
  box.start();
  require_done(box.ctl({"plant", "local", "small", "--name", "f"}), "plant");
  std::vector<Look> looks;
  const auto began = std::chrono::steady_clock::now();
  while (static_cast<int>(looks.size()) < minutes) {
    grow_and_shrink(box);
    const auto end = began + cycle * (looks.size() + 1);
    wait_until([&] { return std::chrono::steady_clock::now() >= end; }, cycle);
    looks.push_back(look(box));
    fmt::print("{:>3} min: {} descriptors, {} KiB of memory, {} KiB of database\n", looks.size(), looks.back().descriptors,
               looks.back().memory_kib, looks.back().database_kib);
    std::cout << std::flush;
  }
  require_done(box.ctl({"teardown", "f", "--yes"}), "teardown");
  const bool flat = is_flat(looks);
  fmt::print("{} growths and {} shrinks: {}\n", looks.size(), looks.size(), flat ? "flat" : "NOT flat");
  return flat ? 0 : 1;
}

}  // namespace
}  // namespace morpheus

int main(int argc, char** argv) {
  int minutes = 30;
  CLI::App app("Lets the daemon grow and shrink a forest each minute, and looks for what it leaves behind.");
  app.add_option("--minutes", minutes, "how long")->check(CLI::Range(3, 100'000))->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  try {
    return morpheus::run(minutes);
  } catch (const std::exception& error) {
    std::cerr << "soak: " << error.what() << '\n';
    return 1;
  }
}
