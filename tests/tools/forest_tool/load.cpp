#include "tests/tools/forest_tool/load.hpp"

#include <fmt/format.h>

#include <chrono>
#include <iostream>
#include <vector>

#include "tests/tools/forest_tool/client.hpp"
#include "tests/tools/http_get.hpp"

namespace morpheus {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int chunk = 2'000;  // subscriptions between two looks at the server
constexpr std::chrono::seconds look_interval{1};
constexpr std::int64_t mebibyte = 1 << 20;

std::string address_of(const std::string& url) {
  const auto start = url.find("://") == std::string::npos ? 0 : url.find("://") + 3;
  return url.substr(start, url.find(':', start) - start);
}

class Load {
 public:
  Load(const LoadOptions& options, StopSignal& stop)
      : options_(options),
        stop_(stop),
        address_(address_of(options.url)),
        subject_("load." + std::string(static_cast<std::size_t>(options.subject_bytes), 'x')) {}

  int run() {
    const auto started = Clock::now();
    for (int i = 0; i < options_.connections; ++i) {
      auto client = Client::connect(options_.url);
      if (!client) return failed(client.error());
      clients_.push_back(*std::move(client));
    }
    const auto grown = grow();
    if (!grown) return failed(grown.error());
    const std::chrono::duration<double> took = Clock::now() - started;
    std::cout << fmt::format("loaded: {} connections, {} subscriptions, {} MB after {:.1f} s",
                             clients_.size(), subscriptions_.size(), memory_mb(), took.count())
              << std::endl;
    while (!stop_.wait_for(look_interval)) {
      const auto held = hold();
      if (!held) return failed(held.error());
    }
    std::cout << "stopped" << std::endl;
    return 0;
  }

 private:
  static int failed(const Error& error) {
    std::cerr << describe(error) << '\n';
    return 1;
  }

  std::int64_t memory_mb() const { return server_memory(address_).value_or(0) / mebibyte; }

  bool enough() const { return options_.memory_target_mb > 0 && memory_mb() >= options_.memory_target_mb; }

  Result<> grow() {
    while (!enough() && !stop_.stopped()) {
      if (subscriptions_.size() >= static_cast<std::size_t>(options_.subscriptions)) {
        if (options_.memory_target_mb == 0) return {};
        return Error{ErrorCode::failed,
                     fmt::format("{} subscriptions make {} MB alone", subscriptions_.size(), memory_mb()),
                     "allow more with --subscriptions"};
      }
      const auto added = add_chunk();
      if (!added) return added;
    }
    return {};
  }

  Result<> hold() {
    for (const Client& client : clients_) {
      if (client.closed()) return Error{ErrorCode::unavailable, "the server closed the connection", ""};
    }
    // A server that does not answer for a moment is no reason to add.
    const auto memory = server_memory(address_);
    return memory && *memory / mebibyte < options_.memory_target_mb ? grow() : Result<>();
  }

  Result<> add_chunk() {
    const Client& client = clients_[subscriptions_.size() / chunk % clients_.size()];
    for (int i = 0; i < chunk && subscriptions_.size() < static_cast<std::size_t>(options_.subscriptions);
         ++i) {
      natsSubscription* raw = nullptr;
      const auto status = natsConnection_SubscribeSync(&raw, client.connection(), subject_.c_str());
      subscriptions_.emplace_back(raw);
      if (status != NATS_OK) return nats_error("cannot subscribe", status);
    }
    return client.flush();
  }

  const LoadOptions& options_;
  StopSignal& stop_;
  std::string address_;
  std::string subject_;
  std::vector<Client> clients_;
  std::vector<Subscription> subscriptions_;
};

}  // namespace

int load(const LoadOptions& options, StopSignal& stop) { return Load(options, stop).run(); }

}  // namespace morpheus
