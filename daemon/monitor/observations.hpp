#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "common/model/sample.hpp"
#include "daemon/monitor/report.hpp"

namespace morpheus {

// Messages and bytes a second between the last two samples of one run of the server.
struct Rates {
  double in_msgs = 0;
  double out_msgs = 0;
  double in_bytes = 0;
  double out_bytes = 0;
};

// What is known of one node now. `last` holds the newest answer to each endpoint, kept over polls that did not ask for it;
// a poll that failed clears all of them.
struct NodeObservation {
  NodeReport last;
  std::int64_t polls = 0;     // that count; lets a waiter tell two polls apart
  std::string unknown;        // why its load is not known now; empty: the last poll said it
  Stamp unknown_since;        // of the first such poll in a row
  std::string contradicts;    // what of its answers the other nodes contradict, for some time; empty: nothing
  std::optional<Rates> rates;
  std::deque<Sample> window;  // newest last; bounded by age
  std::optional<double> lowest_cpu_percent;  // ever seen
  std::optional<double> lowest_memory_percent;
};

// What the monitor has seen, by node id. In memory alone; warmed from the store at the start.
class Observations {
 public:
  explicit Observations(Millis window);

  void set_window(Millis window);
  // Takes a stored sample in at the start; samples come oldest first.
  void warm(const Sample& sample);
  // The same for the lowest values that are stored of a node.
  void warm(std::int64_t node_id, const std::optional<double>& lowest_cpu, const std::optional<double>& lowest_memory);
  // Takes in one poll; returns the sample that is to be stored, if it brought one.
  std::optional<Sample> add(std::int64_t node_id, const Capacity& capacity, const NodeReport& report);
  void forget(std::int64_t node_id);
  // Marks what the forest's other nodes contradict; empty: nothing any more. A node that was never polled is left alone.
  void contradict(std::int64_t node_id, std::string what);

  // Null: never polled.
  const NodeObservation* find(std::int64_t node_id) const;

 private:
  void trim(NodeObservation& node) const;

  Millis window_;
  std::map<std::int64_t, NodeObservation> nodes_;
};

}  // namespace morpheus
