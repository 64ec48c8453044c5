#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/provider/provider.hpp"
#include "tests/sim/chance.hpp"
#include "tests/sim/meta_group.hpp"
#include "tests/sim/sim_clock.hpp"
#include "tests/sim/trace.hpp"

namespace morpheus::sim {

// The daemon ends here, as by kill -9. Nothing of it may catch this.
struct Crash {};

// What a machine's server says of itself that is not true.
enum class Lie { none, impossible, plausible, falling, no_routes, forged_id, anothers_id, phantoms, leads, malformed, alternating, last = alternating };
std::string_view to_string(Lie lie);

// A machine as it really is.
struct SimMachine {
  std::string name;
  std::string id;
  std::string forest;
  std::string intent;
  std::string address;
  std::string server_name;
  NodeRole role = NodeRole::core;
  bool witness = false;   // one was started beside its server, and has not been retired
  int listed_routes = 0;  // of its nats.conf: the size of the meta group that it would found
  Millis up_at{};         // from when on its server answers
  bool never_boots = false;
  bool never_joins = false;
  bool dead = false;
  bool hung = false;
  bool cut_from_daemon = false;  // its answers do not reach the admin box
  bool cut_from_peers = false;   // nor the others of its forest
  bool stranger = false;         // another's machine on the same account
  std::set<std::string> known_by;  // the daemons whose database has it
  bool deaf_to_drain = false;
  std::optional<Millis> shuts_down_at;
  std::optional<Millis> witness_ends_at;  // by the machine itself
  int run = 1;              // of its server: another id after each start
  double cpu_percent = 10;  // of the machine
  double memory_percent = 20;
  Lie lie = Lie::none;
  Millis lies_since{};
  std::optional<Millis> claimed_load;  // when it last claimed one that it does not have
};

// The name of the daemon where there is one.
inline constexpr const char* only_daemon = "morpheusd";

// How likely the world misbehaves, each time that there is an occasion.
struct Faults {
  double error_before = 0;  // a provider's or leader's call fails and nothing was done
  double lost_answer = 0;   // it was done, and the answer is an error
  double refused = 0;       // the provider says no for good
  double sold_out = 0;      // no machine can be made where the address is
  double slow = 0;          // seconds to a minute and a half
  double never_boots = 0;
  double never_joins = 0;
  double odd_answer = 0;  // a poll brings garbage, or numbers that cannot be
  double flap = 0;        // a poll that is not answered, for no reason
  double crash_in_call = 0;
  double throws = 0;  // a call ends by an exception: a fault of the program
};

// What stands in the way of one call.
struct Obstacle {
  Millis delay{0};
  std::optional<Error> error;
};

// The outside truth, for one daemon or for several that know nothing of each other: machines, what their servers agree on, and what was ever asked of them. It outlives the
// daemon.
class World {
 public:
  World(SimClock& clock, Chance& chance, Trace& trace) : clock_(clock), chance_(chance), trace_(trace) {}

  Millis now() const { return clock_.passed(); }
  Chance& chance() { return chance_; }
  void note(std::string_view line) { trace_.add(now(), line); }
  void count(std::string_view what) { trace_.count(what); }
  // A promise was broken, as seen from outside.
  void complain(std::string_view what) { complaints_.emplace_back(what); }
  const std::vector<std::string>& complaints() const { return complaints_; }
  [[noreturn]] void crash(const std::string& where);

  // The machine's server runs and answers its neighbours.
  bool is_up(const SimMachine& machine) const;
  bool is_running(const SimMachine& machine) const;  // as the provider sees it

  // What daemon `by` does.
  const std::string& reserve(const std::string& forest, const std::string& name, const std::string& by);
  // Makes the machine, or starts the one that the same intent made.
  const SimMachine& make(const MachineSpec& spec, const std::string& by);
  void remove(const std::string& name, const std::string& by);
  void enclose(const std::string& forest, const std::vector<Member>& members, const std::string& by);
  void clear(const std::string& forest, const std::string& by);
  SimMachine* machine(const std::string& name);
  const SimMachine* machine_at(const std::string& address) const;
  SimMachine* machine_at(const std::string& address);
  std::vector<Machine> list(const std::string& forest) const;
  Machine describe(const SimMachine& machine) const;
  static Machine describe_address(const std::string& name, const std::pair<std::string, std::string>& place);

  // Somebody else deletes it: its intent may make it again.
  void lose(const std::string& name);
  void kill(SimMachine& machine);
  void hang(SimMachine& machine);
  void cut(SimMachine& machine, bool from_daemon);
  void revive(SimMachine& machine);
  // Another daemon on the account makes a machine of that name.
  void make_stranger(const std::string& name);

  // The forest's meta group as of now: whoever came up meanwhile has joined.
  MetaGroup& meta_group(const std::string& forest);
  std::vector<MetaServer> meta_servers(const std::string& forest) const;

  std::map<std::string, SimMachine> machines;                           // by name
  std::map<std::string, std::pair<std::string, std::string>> reserved;  // name -> forest, address
  std::map<std::string, std::set<std::string>> reserved_by;             // name -> daemons whose database has it
  std::map<std::string, std::set<std::string>> enclosed;                // forest -> addresses that reach each other
  std::optional<Millis> quota_until;                                    // the provider makes no machine before
  Faults faults;
  bool disk_full = false;  // every commit is refused
  // Asked at each call of the provider, for tests that want one failure; it may throw.
  std::function<Obstacle(const std::string& call)> obstacle;
  bool machines_retire = false;  // their witness, by themselves
  bool crashed = false;  // the daemon is dying: nothing of it may act any more
  bool changed = true;   // since the promises were looked at
  std::map<std::string, std::map<std::int64_t, std::pair<Millis, bool>>>
      last_polls;  // daemon -> node id -> when, answered; of its life
  std::set<std::pair<std::int64_t, std::int64_t>>
      answers;  // node id, wall time of every poll that brought numbers

 private:
  // Of a machine that ever was.
  struct Made {
    std::string intent;
    std::string by;
    std::string removed_by;
  };

  SimClock& clock_;
  Chance& chance_;
  Trace& trace_;
  std::vector<std::string> complaints_;
  std::map<std::string, MetaGroup> groups_;  // by forest
  std::map<std::string, Made> made_;         // by name
  std::map<std::string, std::string> enclosed_by_;  // forest -> the daemon that did it last
  int next_address_ = 1;
  int next_id_ = 1;
};

}  // namespace morpheus::sim
