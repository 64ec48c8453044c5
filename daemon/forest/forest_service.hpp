#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/forest/autoscaler/autoscaler.hpp"
#include "daemon/forest/command/commands.hpp"
#include "daemon/forest/context.hpp"
#include "daemon/forest/forests.hpp"
#include "daemon/forest/housekeeping/housekeeping.hpp"
#include "daemon/forest/housekeeping/reconciler.hpp"
#include "daemon/forest/operation/runner.hpp"
#include "daemon/forest/orphan/hold.hpp"
#include "daemon/forest/view/provider_looks.hpp"
#include "daemon/runtime/task_group.hpp"

namespace morpheus {

// The forests' life: the operations that are carried out, the decisions that begin some, the housekeeping, and what operators ask.
class ForestService : public Forests {
 public:
  // `after_crash`: the daemon before this one ended by a fault of its own.
  explicit ForestService(ForestContext context, bool after_crash = false);

  // Carries the store's waits over into this boot, takes up every operation that the store says is running, then decides,
  // reconciles and works until cancelled.
  asio::awaitable<void> run();

  std::vector<ForestSummary> list() const override { return command::list(commands_); }
  Result<StatusView> status(std::string_view forest) const override { return command::status(commands_, forest); }
  Result<DecisionView> explain(std::string_view forest) const override { return command::explain(commands_, forest); }
  Result<std::vector<DecisionView>> history(std::string_view forest, std::int64_t before, int limit) const override {
    return command::history(commands_, forest, before, limit);
  }
  asio::awaitable<Result<OperationView>> plant(PlantRequest request, Caller caller) override {
    return command::plant(commands_, std::move(request), std::move(caller));
  }
  asio::awaitable<Result<PlanView>> plan(PlantRequest request) override { return command::plan(commands_, std::move(request)); }
  asio::awaitable<Result<GrowAnswer>> grow(std::string forest, GrowRequest request, Caller caller) override {
    return command::grow(commands_, std::move(forest), std::move(request), std::move(caller));
  }
  asio::awaitable<Result<OperationView>> shrink(std::string forest, std::string node, Caller caller) override {
    return command::shrink(commands_, std::move(forest), std::move(node), std::move(caller));
  }
  asio::awaitable<Result<ImageView>> image(std::string forest, std::string node, bool with_secrets, Caller caller) override {
    return command::image(commands_, std::move(forest), std::move(node), with_secrets, std::move(caller));
  }
  Result<OperationView> teardown(std::string_view forest, const Caller& caller) override { return command::teardown(commands_, forest, caller); }
  OperationView in_full(const Operation& operation) const override { return command::in_full(commands_, operation); }
  Result<OperationView> resume_operation(std::int64_t id, const Caller& caller) override { return command::resume_operation(commands_, id, caller); }
  Result<OperationView> abort_operation(std::int64_t id, const Caller& caller) override { return command::abort_operation(commands_, id, caller); }
  Result<ForestSummary> pause(std::string_view forest, const Caller& caller) override { return command::pause(commands_, forest, caller); }
  Result<ForestSummary> resume(std::string_view forest, const Caller& caller) override { return command::resume(commands_, forest, caller); }
  asio::awaitable<std::vector<Finding>> examine(Freshness freshness) override { return command::examine(commands_, freshness); }
  asio::awaitable<Result<OrphansView>> orphans(Freshness freshness) override { return command::orphans(commands_, freshness); }
  asio::awaitable<Result<AdoptionView>> adopt(std::string name, Caller caller) override {
    return command::adopt(commands_, std::move(name), std::move(caller));
  }
  asio::awaitable<Result<DeletionView>> delete_orphan(std::string name, Caller caller) override {
    return command::delete_orphan(commands_, std::move(name), std::move(caller));
  }
  LeaseView lease() const override { return command::lease(commands_); }
  asio::awaitable<Result<LeaseView>> take_over(Caller caller) override { return command::take_over(commands_, std::move(caller)); }
  Result<> may_move() const override { return command::may_move(commands_); }
  Result<> begin_move(const Caller& caller) override { return command::begin_move(commands_, caller); }
  void end_move() override { command::end_move(commands_); }
  Result<LeaseView> retire(const Caller& caller) override { return command::retire(commands_, caller); }

 private:
  ForestContext context_;
  Housekeeping housekeeping_;
  Reconciler reconciler_;
  TaskGroup tasks_;
  ProviderLooks looks_;
  OperationRunner runner_;
  Autoscaler autoscaler_;
  OrphanHands hands_;
  CommandContext commands_;
};

}  // namespace morpheus
