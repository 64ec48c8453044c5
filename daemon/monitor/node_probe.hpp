#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <string>

#include "daemon/monitor/report.hpp"

namespace morpheus {

namespace asio = boost::asio;

struct ProbeTarget {
  std::int64_t node_id = 0;
  std::string address;  // without brackets
  int peers = 0;        // servers that its cluster may have: bounds what it may say of them
};

// One node's monitoring endpoints. Always returns within the configured time-out, with what it learnt; throws only when
// cancelled.
class NodeProbe {
 public:
  virtual ~NodeProbe() = default;
  virtual asio::awaitable<NodeReport> probe(ProbeTarget target, ProbeWants wants) = 0;

  // The node is gone: drop what is kept for it (connections).
  virtual void forget(std::int64_t node_id) = 0;
};

}  // namespace morpheus
