#include "tests/tools/fake_cloud.hpp"

#include <fmt/format.h>

#include <fstream>
#include <stdexcept>

namespace morpheus {
namespace {

constexpr std::chrono::seconds cloud_start_limit{20};

constexpr const char* usual_token = "token";  // the fake's own default

std::string curl(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), {"/usr/bin/curl", "--silent", "--show-error", "--fail-with-body"});
  const auto done = run_command(std::move(arguments));
  if (done.status != 0) throw std::runtime_error("the fake cloud: " + done.out + done.err);
  return done.out;
}

}  // namespace

FakeCloud::FakeCloud(std::vector<std::string> arguments) {
  Command command;
  command.arguments = {"/usr/bin/python3", FAKE_HETZNER, "--dir", dir_ / "fake", "--action-seconds", "0.1"};
  command.arguments.insert(command.arguments.end(), arguments.begin(), arguments.end());
  command.out = command.err = dir_ / "log";
  process_.emplace(command);
  const auto port = dir_ / "fake/port";
  const bool started = wait_until([&] { return std::filesystem::exists(port) || !process_->running(); }, cloud_start_limit);
  if (!started || !process_->running()) throw std::runtime_error("the fake cloud does not start: " + read_text(dir_ / "log"));
  std::ifstream(port) >> port_;
}

FakeCloud::~FakeCloud() { process_->terminate(cloud_start_limit); }

std::string FakeCloud::endpoint() const { return fmt::format("http://127.0.0.1:{}/v1", port_); }

std::string FakeCloud::get(const std::string& what) const { return curl({fmt::format("http://127.0.0.1:{}/_fake/{}", port_, what)}); }

void FakeCloud::tell(const std::string& what, const nlohmann::json& body) const {
  curl({"--json", body.dump(), fmt::format("http://127.0.0.1:{}/_fake/{}", port_, what)});
}

void FakeCloud::delete_keys() const {
  const std::string as_owner = fmt::format("Authorization: Bearer {}", usual_token);
  const auto keys = nlohmann::json::parse(curl({"-H", as_owner, endpoint() + "/ssh_keys"}))["ssh_keys"];
  for (const auto& key : keys) curl({"-X", "DELETE", "-H", as_owner, fmt::format("{}/ssh_keys/{}", endpoint(), key["id"].get<std::int64_t>())});
}

void FakeCloud::clear_faults() const { curl({"-X", "DELETE", fmt::format("http://127.0.0.1:{}/_fake/faults", port_)}); }

int FakeCloud::fired() const {
  int fired = 0;
  const auto faults = nlohmann::json::parse(get("faults"));
  for (const auto& fault : faults) fired += fault["fired"].get<int>();
  return fired;
}

std::vector<std::string> FakeCloud::fired_names() const {
  std::vector<std::string> names;
  const auto faults = nlohmann::json::parse(get("faults"));
  for (const auto& fault : faults) {
    if (fault["fired"] != 0) names.push_back(fault["name"]);
  }
  return names;
}

nlohmann::json FakeCloud::state() const { return nlohmann::json::parse(get("state")); }

int FakeCloud::count(const std::string& kind) const {
  const auto now = state();
  return now["counts"][kind].get<int>();
}

std::vector<nlohmann::json> FakeCloud::journal() const {
  std::vector<nlohmann::json> lines;
  std::ifstream in(dir_ / "fake/journal.jsonl");
  for (std::string line; std::getline(in, line);) lines.push_back(nlohmann::json::parse(line));
  return lines;
}

std::vector<std::string> FakeCloud::changed(const std::string& how, const std::string& kind) const {
  std::vector<std::string> names;
  const auto lines = journal();
  for (const auto& line : lines) {
    for (const auto& each : line.at(how)) {
      if (each["kind"] == kind) names.push_back(each["name"]);
    }
  }
  return names;
}

}  // namespace morpheus
