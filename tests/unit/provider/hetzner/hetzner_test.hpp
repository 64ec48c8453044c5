#pragma once

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "daemon/provider/hetzner/hetzner_provider.hpp"
#include "daemon/runtime/system_clock.hpp"
#include "tests/tools/fake_cloud.hpp"
#include "tests/unit/provider/lease/one_of_two.hpp"

// Waits in real time: the fake cloud is a process of its own, and its actions last by its own clock.

namespace morpheus::hetzner {

inline constexpr std::chrono::seconds limit{60};
inline constexpr const char* public_key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ3Yk2mYbJfXn0VpLbmxUdiQ1XcmvVvZ9tqg0zXhKpWm op";

// What was put right, in order.
class RepairList : public Repairs {
 public:
  std::vector<std::string> all;

  void put_right(const std::string& forest, const std::string& what) override { all.push_back(forest + ": " + what); }
};

// A clock that can be set forward.
class LaterClock : public SystemClock {
 public:
  Millis later{0};
  BootTime boot() const override { return SystemClock::boot() + later; }
  asio::awaitable<void> sleep_until(BootTime deadline) override { co_return co_await SystemClock::sleep_until(deadline - later); }
};

// The provider by itself, on a fake of the API whose servers run nothing.
class HetznerTest : public testing::Test {
 protected:
  using json = nlohmann::json;

  explicit HetznerTest(const std::string& action_seconds = "0.1") : cloud_({"--machines", "none", "--action-seconds", action_seconds}) {
    settings_.hetzner.server_types = {"cx23"};
    settings_.hetzner.locations = {"fsn1"};
    settings_.security.admin_cidrs = {"192.0.2.0/24"};
  }

  // As after a start of the daemon: it knows nothing.
  void restart() {
    provider_.reset();
    client_ = std::make_unique<ApiClient>(loop_.get_executor(), *parse_endpoint(cloud_.endpoint()), "token");
    provider_ = std::make_unique<HetznerProvider>(loop_.get_executor(), clock_, *client_, "0123456789abcdef", settings_, lease_, repairs_);
  }

  template <class T>
  std::vector<T> run_all(std::vector<asio::awaitable<T>> work) {
    std::vector<std::optional<T>> results(work.size());
    for (std::size_t i = 0; i < work.size(); ++i) {
      asio::co_spawn(loop_, std::move(work[i]), [&results, i](std::exception_ptr error, T value) {
        if (error) std::rethrow_exception(error);
        results[i] = std::move(value);
      });
    }
    loop_.restart();
    const auto ended = [](const std::optional<T>& each) { return each.has_value(); };
    while (!std::ranges::all_of(results, ended) && loop_.run_one_for(limit) > 0) {
    }
    std::vector<T> values;
    for (auto& each : results) values.push_back(std::move(each.value()));
    return values;
  }

  template <class T>
  T run(asio::awaitable<T> work) {
    std::vector<asio::awaitable<T>> one;
    one.push_back(std::move(work));
    return std::move(run_all(std::move(one)).front());
  }

  static MachineSpec spec(int number, const std::string& address) {
    MachineSpec spec;
    spec.name = fmt::format("oak-node-{}", number);
    spec.forest = "oak";
    spec.intent = fmt::format("intent{}", number);
    spec.address = address;
    spec.image.forest = "oak";
    spec.image.node = spec.image.server_name = spec.name;
    spec.image.index = number;
    return spec;
  }

  // Nodes first..last, at once.
  std::vector<Result<Machine>> create(int first, int last) {
    std::vector<asio::awaitable<Result<std::string>>> reservations;
    for (int i = first; i <= last; ++i) reservations.push_back(provider_->reserve_address("oak", fmt::format("oak-node-{}", i)));
    const auto addresses = run_all(std::move(reservations));
    EXPECT_TRUE(run(provider_->enclose("oak", {})));
    std::vector<asio::awaitable<Result<Machine>>> creations;
    for (int i = first; i <= last; ++i) creations.push_back(provider_->create(spec(i, *addresses[static_cast<std::size_t>(i - first)])));
    return run_all(std::move(creations));
  }

  // Through the API, as another daemon or an operator does it.
  void label_firewall(const json& labels) const {
    const json body{{"labels", labels}};
    const auto path = cloud_.endpoint() + "/firewalls/" + cloud_.state()["firewalls"][0]["id"].dump();
    const auto done = run_command({"/usr/bin/curl", "-sf", "-X", "PUT", "-H", "Content-Type: application/json", "-H", "Authorization: Bearer token",
                                   "-d", body.dump(), path});
    ASSERT_EQ(done.status, 0) << done.out << done.err;
  }
  json firewall_labels() const { return cloud_.state()["firewalls"][0]["labels"]; }
  void let_the_look_expire() { clock_.later += Fence::look_counts; }

  std::vector<json> calls(const std::string& method, const std::string& path) const {
    auto lines = cloud_.journal();
    std::erase_if(lines, [&](const json& line) { return line["method"] != method || line["path"] != path; });
    return lines;
  }

  // Servers of each placement group.
  std::vector<std::size_t> groups() const {
    std::vector<std::size_t> sizes;
    const auto state = cloud_.state();
    for (const auto& group : state["placement_groups"]) sizes.push_back(group["servers"].size());
    return sizes;
  }

  FakeCloud cloud_;
  Settings settings_;
  LaterClock clock_;
  OneOfTwo lease_;
  RepairList repairs_;
  asio::io_context loop_;
  std::unique_ptr<ApiClient> client_;
  std::unique_ptr<HetznerProvider> provider_;
};

}  // namespace morpheus::hetzner
