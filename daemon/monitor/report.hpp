#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "common/model/node.hpp"
#include "common/model/time.hpp"

namespace morpheus {

// One /varz. Unset: the answer did not say, or said something that cannot be.
struct Varz {
  std::string server_id;
  std::string server_name;
  std::string version;
  std::string cluster;  // its name
  std::string start;
  std::optional<double> cpu;  // percent of ONE core
  std::optional<int> cores;
  std::optional<int> gomaxprocs;
  std::optional<std::int64_t> mem;  // bytes
  std::optional<std::int64_t> connections;
  std::optional<std::uint64_t> in_msgs;  // clients' where the server tells them apart, else all
  std::optional<std::uint64_t> out_msgs;
  std::optional<std::uint64_t> in_bytes;
  std::optional<std::uint64_t> out_bytes;
  std::optional<std::uint64_t> slow_consumers;
};

struct Healthz {
  bool ok = false;
  std::string error;  // what the server says is wrong
};

// Whom a server has routes to: server ids, from entries without `account` (pooled ones repeat).
struct Routez {
  std::string server_id;
  std::set<std::string> remote_ids;
};

// The meta group as one server sees it; trust the leader's own view alone.
struct MetaPeer {
  std::string name;
  bool current = false;
  bool offline = false;
};
struct Jsz {
  bool enabled = false;
  std::string leader;  // empty: none
  std::optional<int> cluster_size;
  std::vector<MetaPeer> replicas;  // all but the leader, in the leader's view
};

// How an error begins that the machine gave as its reason.
inline constexpr std::string_view machine_says = "its machine says: ";

// Which endpoints a poll is to ask beside /varz.
struct ProbeWants {
  bool healthz = false;
  bool routez = false;
  bool jsz = false;
};

// What one poll of one node brought. Unset with an `error`: /varz did not come, or any of the answers was none that a server gives;
// then nothing else is set. Otherwise the rest is unset where it was not asked for or did not come in time.
struct NodeReport {
  Stamp at;
  ProbeWants asked;
  std::optional<Varz> varz;
  std::optional<Healthz> healthz;
  std::optional<Routez> routez;
  std::optional<Jsz> jsz;
  std::string error;
};

}  // namespace morpheus
