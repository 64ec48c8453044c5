#pragma once

#include <map>
#include <memory>

#include "common/config/config.hpp"
#include "daemon/http/client.hpp"
#include "daemon/monitor/node_probe.hpp"
#include "daemon/runtime/clock.hpp"

namespace morpheus {

// Asks nats-server's monitoring port, over one kept connection a node.
class HttpProbe : public NodeProbe {
 public:
  HttpProbe(Clock& clock, const asio::any_io_executor& executor, const Config& config);
  ~HttpProbe() override;

  asio::awaitable<NodeReport> probe(ProbeTarget target, ProbeWants wants) override;
  void forget(std::int64_t node_id) override;

 private:
  std::shared_ptr<HttpClient> client_for(const ProbeTarget& target);
  asio::awaitable<void> ask_all(std::shared_ptr<HttpClient> client, ProbeTarget target, BootTime end, NodeReport& report);
  bool is_over(BootTime end) const { return clock_.boot() >= end; }
  HttpBounds bounds(std::size_t body, BootTime end) const;

  Clock& clock_;
  asio::any_io_executor executor_;
  const Config& config_;
  // Shared with the polls under way: a node may be forgotten while one waits.
  std::map<std::int64_t, std::shared_ptr<HttpClient>> clients_;
};

}  // namespace morpheus
