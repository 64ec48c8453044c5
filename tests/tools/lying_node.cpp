#include "tests/tools/lying_node.hpp"

#include <filesystem>
#include <fstream>
#include <stdexcept>

namespace morpheus {
namespace {

constexpr std::chrono::seconds node_start_limit{20};

}  // namespace

LyingNode::LyingNode(const std::string& address) {
  tell(nlohmann::json::object());
  Command command;
  command.arguments = {"/usr/bin/python3", LYING_NODE, address, dir_ / "lies", dir_ / "journal"};
  command.out = command.err = dir_ / "log";
  process_.emplace(command);
  const auto ready = [&] { return read_text(dir_ / "log").find("ready") != std::string::npos; };
  wait_until([&] { return ready() || !process_->running(); }, node_start_limit);
  if (!ready()) throw std::runtime_error("the lying node does not start: " + read_text(dir_ / "log"));
}

void LyingNode::tell(const nlohmann::json& lies) {
  std::ofstream(dir_ / "next") << lies.dump();
  std::filesystem::rename(dir_.path() / "next", dir_.path() / "lies");
}

int LyingNode::fired(const std::string& endpoint, const std::string& name) const {
  int count = 0;
  std::ifstream in(dir_ / "journal");
  for (std::string line; std::getline(in, line);) {
    if (line == endpoint + " " + name) ++count;
  }
  return count;
}

}  // namespace morpheus
