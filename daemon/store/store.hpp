#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/error.hpp"
#include "common/model/cooldown.hpp"
#include "common/model/decision.hpp"
#include "common/model/event.hpp"
#include "common/model/forest.hpp"
#include "common/model/node.hpp"
#include "common/model/operation.hpp"
#include "common/model/sample.hpp"
#include "daemon/store/lease_record.hpp"
#include "daemon/store/node_list.hpp"

namespace morpheus {

// The daemon's memory: one SQLite database (WAL, STRICT tables, foreign keys, migrations by user_version). Everything is
// committed with synchronous=FULL but samples. One daemon has it at a time. What SQLite refuses (a full disk, a damaged
// page) is thrown as StoreError: the caller's transaction is rolled back and nothing of it happened.
class Store {
 public:
  // Opens or creates the database at `path` (mode 0600) and migrates it. `installation_id` is used when there is none in it
  // yet. conflict: another daemon has it open; invalid: a newer schema or not a database.
  static Result<std::unique_ptr<Store>> open(const std::string& path, std::string_view new_installation_id);
  ~Store();

  // A unit of change. Rolled back when it goes out of scope uncommitted. Never held over a co_await; they do not nest.
  class Transaction {
   public:
    explicit Transaction(Store& store);
    ~Transaction();
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;
    void commit();

   private:
    Store& store_;
    bool open_ = true;
  };

  // For the simulation. Called before each commit: what it throws undoes the transaction, as a full disk does.
  void before_commit(std::function<void()> hook);
  // For the simulation. Called after each commit that is not one of samples alone: it ends the daemon here.
  void on_commit(std::function<void()> hook);

  // After a reboot: waits that began in an earlier boot go on by this boot's clock, so that no later step of the wall clock
  // lengthens them. One that began in the wall clock's future (it was set back meanwhile) begins now.
  void carry_over(const Stamp& now);

  // Made once for a database: the morpheus-controller label.
  const std::string& installation_id() const;

  // What is stored, or `moving` from hold() until let_go() or set_lease().
  LeaseRecord lease() const;
  void set_lease(const LeaseRecord& lease);
  // This daemon does not act while it is moved; `reason` says so. Nothing is stored.
  void hold(std::string reason);
  void let_go();
  // Makes `fresh` the lease's holder if it has none: it is the database of an older version, or was restored.
  void give_holder(const std::string& fresh);

  int schema_version() const;
  // Takes the right to write, and gives it back: throws what a write would.
  void check_writable();

  // add_* assign and return the id. update_* write every column of the row with that id. Lists are in order of id.
  std::int64_t add_forest(const Forest& forest);
  void update_forest(const Forest& forest);
  // With its nodes, samples, decisions and cooldown; operations and events stay. The space of samples is freed by thin().
  void remove_forest(std::int64_t id);
  std::vector<Forest> forests() const;
  std::optional<Forest> forest(std::int64_t id) const;
  std::optional<Forest> forest(std::string_view name) const;

  std::int64_t add_node(const Node& node);
  void update_node(const Node& node);
  std::vector<Node> nodes(std::int64_t forest_id) const;  // gone ones too
  // The same to look at, read anew only after a change: for what looks at every node with each sweep or question.
  NodeList known_nodes(std::int64_t forest_id) const;
  std::optional<Node> node(std::int64_t id) const;

  // One that makes machines is refused on a disk with less than 1 MB free.
  std::int64_t add_operation(const Operation& operation);
  void update_operation(const Operation& operation);
  std::optional<Operation> operation(std::int64_t id) const;
  // The one that runs or is parked on that forest: there is never a second (a unique index holds it).
  std::optional<Operation> running_operation(std::int64_t forest_id) const;
  std::vector<Operation> running_operations() const;
  std::vector<Operation> operations(std::string_view forest, int limit) const;  // newest first; "" = all

  struct Recorded {
    std::int64_t id = 0;
    bool is_new = false;  // a row of its own
  };
  // A decision with the same answer as the forest's last one updates that row and counts it: the same question, thresholds,
  // outcome, verdicts, and nodes that are hot or unknown, whatever the numbers: these are written once a minute, and all that is read here
  // has the newest. Any other is a new row, and so is each that grows the forest: what an operation was started for stays as it was.
  Recorded record_decision(const Decision& decision);
  std::optional<Decision> last_decision(std::int64_t forest_id) const;
  std::optional<Decision> decision(std::int64_t id) const;
  // With ids below `before`, newest first.
  std::vector<Decision> decisions(std::int64_t forest_id, int limit, std::int64_t before = std::numeric_limits<std::int64_t>::max()) const;

  void set_cooldown(std::int64_t forest_id, const Cooldown& cooldown);
  std::optional<Cooldown> cooldown(std::int64_t forest_id) const;

  // One transaction with synchronous=NORMAL: the newest may be lost with the machine's power. Samples of nodes that are not
  // stored are skipped; of two of one node in one millisecond the later stands.
  void add_samples(std::span<const Sample> samples);
  std::vector<Sample> samples(std::int64_t forest_id, WallTime since) const;  // oldest first
  // The lowest values that are stored of each node. Reads every sample.
  struct Lowest {
    std::int64_t node_id = 0;
    std::optional<double> cpu_percent;
    std::optional<double> memory_percent;
  };
  std::vector<Lowest> lowest_samples() const;
  // Thins samples by age, and drops old decisions, operations and events beyond their bounds. Bounded work a call.
  void thin(WallTime now);

  std::int64_t add_event(const Event& event);
  // Oldest first; "" = of all forests. No more follow once their texts have `most_bytes`; the first comes whatever its size.
  std::vector<Event> events_after(std::int64_t id, std::string_view forest, int limit,
                                  std::size_t most_bytes = std::numeric_limits<std::size_t>::max()) const;
  std::vector<Event> last_events(std::string_view forest, int limit) const;                    // oldest first; "" = all
  // The same of those alone that `wanted` lets through.
  std::vector<Event> events_after(std::int64_t id, const EventFilter& wanted, int limit,
                                  std::size_t most_bytes = std::numeric_limits<std::size_t>::max()) const;
  std::vector<Event> last_events(const EventFilter& wanted, int limit) const;
  // The id behind which the last `count` of them are.
  std::int64_t before_last_events(const EventFilter& wanted, int count) const;

  // For a copy while it is in use.
  class Copy;

 private:
  class Impl;
  class Change;
  explicit Store(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// Thrown by every Store function when SQLite fails; what() names the database and what to do.
class StoreError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace morpheus
