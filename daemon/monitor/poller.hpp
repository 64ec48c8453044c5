#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <deque>
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

// Polls every node that has a server (booting, joining, ready, draining): each poll_interval, and each second the nodes of a forest with a
// running operation. A sweep waits for nobody: a node whose last poll is still under way when its turn comes again is left out, so a hung
// one delays no other. The polls of a large sweep begin in slices, so that the loop has time for everything else. Samples are stored in one
// transaction a sweep, those of a large one in several. A
// failed poll during which the loop itself stood still counts for nobody. A ready node that stops answering, and one that
// answers again, is an event.
class Poller {
 public:
  static constexpr Millis busy_interval{1'000};
  static constexpr int steady_extras_every = 6;  // sweeps between two looks at /healthz, /routez and /jsz of a ready node
  static constexpr std::size_t polls_a_slice = 50;  // that begin together: some 3 ms of the loop
  static constexpr Millis longest_pause{50};        // between two slices; shorter where they have to begin within half an interval
  static constexpr std::size_t samples_a_write = 200;  // in one transaction: some 2 ms

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
    NodeList nodes;  // of its forest
    const Node* node = nullptr;
    ProbeWants wants;
    int peers = 0;  // servers of its forest
    bool is_urgent = false;  // an operation waits for it
  };
  // When a node's last poll was due, and how many it has had.
  struct Turn {
    BootTime last_due{};
    std::int64_t polls = 0;
  };

  asio::awaitable<void> sweep_for_ever();
  void take_turns();
  std::vector<Due> due_nodes();
  // Begins the next slice of those that wait for their turn in this sweep.
  void begin_slice();
  bool is_anyone_waiting() const { return !waiting_.empty() || !urgent_.empty(); }
  Due next_in_turn(bool prefer_urgent);
  asio::awaitable<void> poll_one(Due due);
  void try_to_take_in(const Node& node, NodeReport report);
  void take_in(const Node& node, NodeReport report);
  void record_change(const Node& node, const std::string& before, const Stamp& since);
  void store_samples();
  // Ends a sweep, or what there is of it.
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
  std::deque<Due> urgent_;   // wait for their slice
  std::deque<Due> waiting_;  // likewise; each slice takes of both
  BootTime next_slice_{};
  Millis pause_{0};  // between this sweep's slices
  std::set<std::int64_t> in_flight_;  // and waiting
  std::vector<Sample> unstored_;
  Sweeps sweeps_;
  BootTime sweep_began_{};
  BootTime next_due_{};       // nobody's turn comes before, unless something wakes the poller
  std::uint64_t wakes_ = 0;   // that were heeded
  std::int64_t guests_ = 0;  // that were looked at; the n-th has the id -n
  bool answered_ = false;  // something came since the last flush
};

}  // namespace morpheus
