#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <exception>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/forest/context.hpp"
#include "daemon/forest/forests.hpp"
#include "daemon/forest/housekeeping/contradictions.hpp"
#include "daemon/forest/housekeeping/reconciler.hpp"
#include "daemon/forest/orphan/evidence.hpp"
#include "daemon/forest/orphan/inventory.hpp"
#include "daemon/forest/view/provider_looks.hpp"
#include "daemon/policy/input.hpp"
#include "daemon/runtime/task_group.hpp"

namespace morpheus {

// refused: it is parked, and keeps its forest's place.
Error is_parked(const Operation& operation);

// The forests' life: answers what operators ask, lets the policy decide after the monitor's sweeps, and carries the
// operations that follow from either, one a forest at a time.
class ForestManager : public Forests {
 public:
  // `after_crash`: the daemon before this one ended by a fault of its own.
  explicit ForestManager(ForestContext context, bool after_crash = false);

  // Carries the store's waits over into this boot, takes up every operation that the store says is running, then decides,
  // reconciles and works until cancelled.
  asio::awaitable<void> run();

  // The commands: each family in a file of its own in command/.
  std::vector<ForestSummary> list() const override;
  Result<StatusView> status(std::string_view forest) const override;
  Result<DecisionView> explain(std::string_view forest) const override;
  Result<std::vector<DecisionView>> history(std::string_view forest, std::int64_t before, int limit) const override;
  asio::awaitable<Result<OperationView>> plant(PlantRequest request, Caller caller) override;
  asio::awaitable<Result<PlanView>> plan(PlantRequest request) override;
  asio::awaitable<Result<GrowAnswer>> grow(std::string forest, GrowRequest request, Caller caller) override;
  asio::awaitable<Result<OperationView>> shrink(std::string forest, std::string node, Caller caller) override;
  asio::awaitable<Result<ImageView>> image(std::string forest, std::string node, bool with_secrets, Caller caller) override;
  Result<OperationView> teardown(std::string_view forest, const Caller& caller) override;
  OperationView in_full(const Operation& operation) const override;
  Result<OperationView> resume_operation(std::int64_t id, const Caller& caller) override;
  Result<OperationView> abort_operation(std::int64_t id, const Caller& caller) override;
  Result<ForestSummary> pause(std::string_view forest, const Caller& caller) override;
  Result<ForestSummary> resume(std::string_view forest, const Caller& caller) override;
  asio::awaitable<std::vector<Finding>> examine(Freshness freshness) override;
  asio::awaitable<Result<OrphansView>> orphans(Freshness freshness) override;
  asio::awaitable<Result<AdoptionView>> adopt(std::string name, Caller caller) override;
  asio::awaitable<Result<DeletionView>> delete_orphan(std::string name, Caller caller) override;
  DutyView duty() const override;
  asio::awaitable<Result<DutyView>> take_over(Caller caller) override;
  Result<> may_move() const override;
  Result<> begin_move(const Caller& caller) override;
  void end_move() override;
  Result<DutyView> retire(const Caller& caller) override;

 private:
  // Shows for how long this computer's shutdown has held everything up.
  asio::awaitable<void> watch_gate();
  asio::awaitable<void> carry_over();
  void take_up_all();
  void take_up(const Operation& operation);

  // Decides about every forest after each regular sweep.
  asio::awaitable<void> decide_for_ever();
  void decide_all();
  void try_to_decide(const Forest& forest);
  void decide(const Forest& forest);
  void note_undecided(std::int64_t forest_id, const std::string& forest, const std::exception& error);

  // Stores a decision and, where it says grow, the operation, the nodes' intents and the cooldown, all in one transaction.
  // Returns the operation's id; 0: it does not grow.
  std::int64_t store_decision(const PolicyInput& input, Decision& decision, const Caller& caller);

  void start(const Operation& operation);
  // Why an attempt at an operation ended before the operation did.
  struct Trouble {
    bool is_fault = false;  // of the program or of this computer; else the database refused
    Error error;
  };
  // Runs an operation once the forest's earlier one has ended, until it has ended too or is parked.
  asio::awaitable<void> perform(Operation operation);
  asio::awaitable<void> until_turn(Operation operation);
  asio::awaitable<void> try_until_ended(Operation operation);
  asio::awaitable<std::optional<Trouble>> try_once(std::int64_t operation_id);
  bool is_tried(std::int64_t operation_id) const;  // it has not ended, and is not parked, as far as is known
  void settle_trouble(std::int64_t operation_id, const Trouble& trouble);
  // Returns when no operation is performed.
  asio::awaitable<void> all_performed();
  // Makes this daemon act with a claim above `highest` and all that it has seen.
  DutyView act_again(const Caller& caller, std::int64_t highest);
  bool has_earlier(std::int64_t operation_id, std::int64_t forest_id) const;

  Operation new_operation(const Forest& forest, OperationKind kind, const Caller& caller, std::string reason) const;
  Result<Forest> find(std::string_view name) const;
  Result<Forest> find_idle(std::string_view name) const;  // no operation is at work on it
  Node next_node(Forest forest) const;  // not stored
  Result<Node> find_node(const Forest& forest, std::string_view name) const;
  Result<> check_limits(const Forest& forest, int nodes) const;
  // The forest as it would be planted, not stored.
  Result<Forest> new_forest(const PlantRequest& request) const;
  Result<OperationView> begin_plant(const PlantRequest& request, const Caller& caller);
  Result<GrowAnswer> begin_grow(const Forest& forest, const GrowRequest& request, const Caller& caller);
  Result<OperationView> begin_shrink(const Forest& forest, Node node, const Caller& caller);
  void record_command(const Caller& caller, const std::string& forest, const std::string& node, const std::string& what);
  // The idle forest that an orphan may be a node of; the error says why there is none.
  Result<Forest> forest_for(const Orphan& orphan) const;
  // Gives a node's machine its name and labels back.
  asio::awaitable<Result<AdoptionView>> restore(Node node, Caller caller);
  void store_adopted(Forest forest, const Machine& machine, const Evidence& evidence, const Caller& caller);
  // The operation with that id, if it is parked; else why it cannot be resumed or aborted.
  Result<Operation> find_parked(std::int64_t id) const;
  Result<> begin_deletion(const Orphan& orphan, const Caller& caller);
  Result<ForestSummary> set_paused(std::string_view name, bool paused, const Caller& caller);

  ForestContext context_;
  bool after_crash_;  // until what was at work then is taken up
  Reconciler reconciler_;
  Contradictions contradictions_;
  TaskGroup tasks_;
  std::map<std::int64_t, std::int64_t> performing_;  // operation -> forest, of the coroutines that have not ended
  Signal performed_;
  std::map<std::int64_t, Waits::Waiting> undecided_;  // by forest; 0: all of them
  BootTime thinned_{};
  BootTime compared_{};
  std::multiset<std::string> in_hand_;   // orphans that somebody adopts or deletes
  std::multiset<std::string> clearing_;  // forests that are not stored, and of which something is being deleted
  ProviderLooks looks_;
};

}  // namespace morpheus
