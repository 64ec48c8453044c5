#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "common/config/config.hpp"
#include "common/model/node.hpp"
#include "daemon/monitor/node_probe.hpp"
#include "daemon/monitor/observations.hpp"
#include "daemon/runtime/clock.hpp"
#include "daemon/runtime/loop_lag.hpp"
#include "daemon/runtime/signal.hpp"
#include "daemon/runtime/task_group.hpp"
#include "daemon/store/journal.hpp"
#include "daemon/store/store.hpp"

namespace morpheus {

// Polls every node that has a server (booting, joining, ready, draining), all at the same time: each poll_interval, and each
// second the nodes of a forest with a running operation. A sweep waits for nobody: a node whose last poll is still under way
// when its turn comes again is left out, so a hung one delays no other. Samples are stored in one transaction a sweep. A
// failed poll during which the loop itself stood still counts for nobody. A ready node that stops answering, and one that
// answers again, is an event.
class Poller {
 public:
  static constexpr Millis busy_interval{1'000};
  static constexpr int steady_extras_every = 6;  // sweeps between two looks at /healthz, /routez and /jsz of a ready node

  Poller(Clock& clock, Store& store, Journal& journal, NodeProbe& probe, LoopLag& lag, Observations& observations,
         const asio::any_io_executor& executor, const Config& config);

  // Sweeps until cancelled.
  asio::awaitable<void> run();

  // Asks a server that is no node, once, what it is: /varz, /healthz and /jsz. Always returns within the time-out; throws only when
  // cancelled.
  asio::awaitable<NodeReport> look(std::string address);

  // Notified when the answers of a sweep are in the observations and its samples are stored.
  Signal& swept() { return swept_; }

  // Of those that had something to ask.
  struct Sweeps {
    std::int64_t count = 0;
    Millis sum{0};  // from each one's first question to its last answer
  };
  const Sweeps& sweeps() const { return sweeps_; }

  // Look again now: a forest was given work.
  void hurry() { wake_.notify(); }

 private:
  struct Due {
    Node node;
    ProbeWants wants;
    int peers = 0;  // servers of its forest
  };
  // When a node's last poll was due, and how many it has had.
  struct Turn {
    BootTime last_due{};
    std::int64_t polls = 0;
  };

  asio::awaitable<void> sweep_for_ever();
  void start_polls();
  std::vector<Due> due_nodes();
  asio::awaitable<void> poll_one(Due due);
  asio::awaitable<NodeReport> ask(ProbeTarget target, ProbeWants wants);
  void try_to_take_in(const Node& node, NodeReport report);
  void take_in(const Node& node, NodeReport report);
  void record_change(const Node& node, const std::string& before, const Stamp& since);
  void flush();

  Clock& clock_;
  Store& store_;
  Journal& journal_;
  NodeProbe& probe_;
  LoopLag& lag_;
  Observations& observations_;
  const Config& config_;
  TaskGroup polls_;
  Signal swept_;
  Signal wake_;
  std::map<std::int64_t, Turn> turns_;  // by node id, of those that have a server
  std::set<std::int64_t> in_flight_;
  std::vector<Sample> unstored_;
  Sweeps sweeps_;
  BootTime sweep_began_{};
  BootTime next_due_{};       // nobody's turn comes before, unless something wakes the poller
  std::uint64_t wakes_ = 0;   // that were heeded
  std::int64_t guests_ = 0;  // that were looked at; the n-th has the id -n
  bool answered_ = false;  // something came since the last flush
};

}  // namespace morpheus
