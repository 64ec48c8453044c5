#include <gtest/gtest.h>

#include <algorithm>
#include <iostream>
#include <regex>
#include <set>

#include "tests/integration/cloud_box.hpp"

namespace morpheus {
namespace {

using nlohmann::json;

constexpr std::chrono::seconds cloud_crash_limit{90};
constexpr int most_crashes = 6;

// A call of the API at which the daemon is killed.
struct Target {
  std::string command;  // during which it is met
  std::string method;
  std::string path;  // a regular expression
  std::string name;  // likewise, of what the call names; empty: whatever
  std::string at;    // "before" it is carried out, "committed" and not answered, or "answered"
  bool met = false;
};

std::vector<Target> all_targets() {
  struct Call {
    const char* command;
    const char* method;
    const char* path;
    const char* name = "oak";
  };
  constexpr Call calls[] = {
      {"plant", "POST", "^/primary_ips$"},     {"plant", "POST", "^/firewalls$"},
      {"plant", "POST", "^/placement_groups$"}, {"plant", "POST", "^/servers$"},
      {"plant", "GET", "^/servers$"},          {"plant", "GET", "^/primary_ips$"},
      {"plant", "GET", "^/actions$", ""},          {"plant", "GET", "^/firewalls$", ""},
      {"plant", "GET", "^/placement_groups$", ""}, {"grow", "POST", "^/primary_ips$"},
      {"grow", "POST", "set_rules$", ""},          {"grow", "POST", "^/servers$"},
      {"grow", "GET", "^/actions$", ""},           {"shrink", "POST", "shutdown$", ""},
      {"shrink", "GET", "^/servers$"},         {"shrink", "DELETE", "^/servers/", ""},
      {"shrink", "POST", "set_rules$", ""},        {"teardown", "DELETE", "^/servers/", ""},
      {"teardown", "GET", "^/actions$", ""},       {"teardown", "DELETE", "^/firewalls/", ""},
      {"teardown", "DELETE", "^/placement_groups/", ""},
      {"teardown", "GET", "^/primary_ips$"},     {"teardown", "GET", "^/servers$", ""},
      {"plant", "GET", "^/server_types$", ""},     {"plant", "GET", "^/pricing$", ""},
      {"plant", "GET", "^/images$", ""},           {"plant", "GET", "^/ssh_keys$", ""},
      {"plant", "POST", "^/ssh_keys$", ""},        {"grow", "GET", "^/servers$"},
      {"grow", "GET", "^/primary_ips$"},         {"grow", "GET", "^/firewalls$", ""},
      {"grow", "GET", "^/placement_groups$", ""},  {"shrink", "GET", "^/actions$", ""},
      {"shrink", "GET", "^/firewalls$", ""},         {"shrink", "GET", "^/primary_ips$"},
      {"teardown", "GET", "^/firewalls$", ""},     {"teardown", "GET", "^/placement_groups$", ""},
      {"shrink", "GET", "^/servers/", ""},         {"teardown", "GET", "^/servers/", ""},
  };
  std::vector<Target> targets;
  for (const Call& call : calls) {
    for (const char* at : {"before", "committed", "answered"}) targets.push_back({call.command, call.method, call.path, call.name, at});
  }
  return targets;
}

// What is asked before an operation is begun, and by the reconciler at any time: what is sold, keys, whether the token may write; and
// how a machine is that takes its time to come up.
bool is_look_around(const std::string& method, const std::string& path) {
  if (method == "POST") return path.find("/placement_groups") != std::string::npos;
  if (method == "GET" && path.starts_with("/servers/")) return true;
  for (const char* each : {"/server_types", "/pricing", "/images", "/ssh_keys"}) {
    if (path.find(each) != std::string::npos) return true;
  }
  return false;
}

class Killer {
 public:
  Killer(FakeCloud& cloud, DaemonBox& box, std::vector<Target>& targets) : cloud_(cloud), box_(box), targets_(targets) {}

  // Gives a command, and kills the daemon at each target of it that comes by, until the work is done.
  void see_through(const std::string& command, const std::vector<std::string>& arguments, const std::function<bool()>& done) {
    const auto over = [&] {
      if (!box_.running()) {
        died(command);
        return false;
      }
      const auto open = open_operation(box_.database());
      if (open.empty() && !done()) ask(command, arguments);
      return open.empty() && done();
    };
    const auto before = cloud_.journal().size();
    ask(command, arguments);
    EXPECT_TRUE(wait_until(over, cloud_crash_limit)) << command << ": " << box_.log();
    expect_no_other_calls(command, before);
    cloud_.clear_faults();
    armed_ = false;
  }

 private:
  // What is asked of the API meanwhile is among the targets: nobody forgot a call.
  void expect_no_other_calls(const std::string& command, std::size_t before) const {
    const auto lines = cloud_.journal();
    for (auto line = lines.begin() + static_cast<std::ptrdiff_t>(before); line != lines.end(); ++line) {
      const std::string path = (*line)["path"];
      const auto is_target = [&](const Target& target) {
        return target.command == command && target.method == (*line)["method"] && std::regex_search(path, std::regex(target.path));
      };
      EXPECT_TRUE(is_look_around((*line)["method"], path) || std::ranges::any_of(targets_, is_target)) << command << ": " << (*line)["method"] << " " << path;
    }
  }

  // Every target of the command that was not met.
  void arm(const std::string& command) {
    cloud_.clear_faults();
    json faults = json::array();
    for (std::size_t i = 0; i < targets_.size(); ++i) {
      const Target& target = targets_[i];
      if (target.met || target.command != command) continue;
      json match{{"method", target.method}, {"path", target.path}};
      if (!target.name.empty()) match["name"] = target.name;
      faults.push_back({{"name", std::to_string(i)}, {"match", match}, {"kill", {{"pid", box_.pid()}, {"at", target.at}}}});
    }
    cloud_.fault(faults);
    armed_ = true;
  }

  void ask(const std::string& command, const std::vector<std::string>& arguments) {
    if (!armed_) arm(command);
    asked_.emplace(box_.start_ctl(arguments));
    EXPECT_TRUE(wait_until([&] { return !asked_->running(); }, cloud_crash_limit)) << box_.log();
  }

  void died(const std::string& command) {
    const auto fired = cloud_.fired_names();
    if (fired.empty()) throw std::runtime_error("it died, and not by us: " + box_.log());
    for (const auto& each : fired) meet(command, targets_[std::stoul(each)]);
    box_.launch();
    box_.freeze();
    arm(command);
    box_.thaw();  // it may be dead again before it answers
  }

  // Calls that were under way together are met together.
  void meet(const std::string& command, Target& target) {
    target.met = true;
    // Once it was answered the daemon may have been quicker than the kill: the last call ends the operation.
    const auto open = open_operation(box_.database());
    const bool ended = target.at == "answered" && open.empty();
    EXPECT_TRUE(ended || is_look_around(target.method, target.path) || open.starts_with(command + ":")) << target.method << " " << target.path << " " << target.at;
  }

  FakeCloud& cloud_;
  DaemonBox& box_;
  std::vector<Target>& targets_;
  bool armed_ = false;
  std::optional<Child> asked_;
};

void expect_machines(const FakeCloud& cloud, std::set<std::string> names) {
  std::multiset<std::string> there;
  const auto state = cloud.state();
  for (const auto& server : state["servers"]) there.insert(server["name"].get<std::string>());
  EXPECT_EQ(there, (std::multiset<std::string>(names.begin(), names.end())));
}

TEST(CloudCrash, KilledAtEveryCallItEndsInExactlyWhatWasAskedFor) {
  FakeCloud cloud;
  const std::string key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ3Yk2mYbJfXn0VpLbmxUdiQ1XcmvVvZ9tqg0zXhKpWm op";
  auto settings = in_cloud(cloud, std::string(usual_cloud) + ", ssh_keys: [\"" + key + "\"]");
  settings.max_nodes = 10;
  auto targets = all_targets();
  const auto left = [&] { return std::ranges::count_if(targets, [](const Target& each) { return !each.met; }); };
  int rounds = 0;
  for (; left() > 0 && rounds < most_crashes; ++rounds) {
    DaemonBox box(settings);
    box.start();
    Killer killer(cloud, box, targets);
    const auto name = "oak-" + std::to_string(rounds);
    const auto nodes = [&] {
      const auto status = box.ctl({"status", name, "-o", "json"});
      if (status.status != 0) return 0;
      const auto list = json::parse(status.out)["nodes"];
      return static_cast<int>(std::ranges::count_if(list, [](const json& node) { return node["state"] == "ready"; }));
    };
    killer.see_through("plant", {"plant", "cloud", "medium", "--yes", "--name", name, "--detach"}, [&] { return nodes() == 3; });
    expect_machines(cloud, {name + "-node-1", name + "-node-2", name + "-node-3"});
    killer.see_through("grow", {"grow", name, "--yes", "--detach"}, [&] { return nodes() == 4; });
    expect_machines(cloud, {name + "-node-1", name + "-node-2", name + "-node-3", name + "-node-4"});
    killer.see_through("shrink", {"shrink", name, "--node", "node-4", "--yes", "--detach"}, [&] { return nodes() == 3; });
    expect_machines(cloud, {name + "-node-1", name + "-node-2", name + "-node-3"});
    killer.see_through("teardown", {"teardown", name, "--yes", "--detach"}, [&] { return box.ctl({"status", name}).status == 5; });
    const auto counts = cloud.state()["counts"];
    for (const auto& [kind, count] : counts.items()) EXPECT_EQ(count, kind == "ssh_keys" ? 1 : 0) << kind;
    if (HasFailure()) return;
    cloud.delete_keys();  // it is uploaded once: at the next round there is another call to be killed at
  }
  for (const Target& target : targets) {
    EXPECT_TRUE(target.met) << target.command << ": " << target.method << " " << target.path << ", " << target.at;
  }
  auto created = cloud.created("servers");
  std::ranges::sort(created);
  EXPECT_EQ(std::ranges::adjacent_find(created), created.end()) << "a server was created twice";
  EXPECT_EQ(created.size(), 4U * static_cast<std::size_t>(rounds));
  std::cout << targets.size() - static_cast<std::size_t>(left()) << " kills in " << rounds << " rounds, each at another call or point\n";
}

}  // namespace
}  // namespace morpheus
