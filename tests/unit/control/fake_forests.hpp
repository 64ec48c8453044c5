#pragma once

#include <functional>
#include <string>
#include <vector>

#include "daemon/forest/forests.hpp"
#include "daemon/metrics/page.hpp"

namespace morpheus {

// Forests that answer what a case wants, and remember what they were asked. Only the loop's thread calls it.
class FakeForests : public Forests {
 public:
  std::function<void(const std::string& what)> before = [](const std::string&) {};  // may throw
  std::vector<ForestSummary> forests;
  std::vector<DecisionView> decisions;
  Result<OperationView> operation = OperationView{};
  Result<GrowAnswer> grow_answer = GrowAnswer{};
  Result<PlanView> plan_answer = PlanView{};
  std::vector<Finding> findings;
  Result<OrphansView> orphans_answer = OrphansView{};
  Result<AdoptionView> adoption = AdoptionView{};
  Result<> retirement = Result<>{};
  Result<DeletionView> deletion = DeletionView{};
  std::function<asio::awaitable<void>()> shrinking;  // awaited by shrink()

  std::vector<std::string> asked;  // "plant local small demo"
  Caller caller;                   // of the last command
  GrowRequest grow_request;

  std::vector<ForestSummary> list() const override;
  Result<StatusView> status(std::string_view forest) const override;
  Result<DecisionView> explain(std::string_view forest) const override;
  Result<std::vector<DecisionView>> history(std::string_view forest, std::int64_t below, int limit) const override;
  asio::awaitable<Result<OperationView>> plant(PlantRequest request, Caller by) override;
  asio::awaitable<Result<PlanView>> plan(PlantRequest request) override;
  asio::awaitable<Result<GrowAnswer>> grow(std::string forest, GrowRequest request, Caller by) override;
  asio::awaitable<Result<OperationView>> shrink(std::string forest, std::string node, Caller by) override;
  asio::awaitable<Result<ImageView>> image(std::string forest, std::string node, bool with_secrets, Caller by) override;
  Result<OperationView> teardown(std::string_view forest, const Caller& by) override;
  OperationView in_full(const Operation& of) const override { return to_view(of); }
  Result<OperationView> resume_operation(std::int64_t id, const Caller& by) override;
  Result<OperationView> abort_operation(std::int64_t id, const Caller& by) override;
  Result<ForestSummary> pause(std::string_view forest, const Caller& by) override;
  Result<ForestSummary> resume(std::string_view forest, const Caller& by) override;
  asio::awaitable<std::vector<Finding>> examine(Freshness freshness) override;
  asio::awaitable<Result<OrphansView>> orphans(Freshness freshness) override;
  asio::awaitable<Result<AdoptionView>> adopt(std::string name, Caller by) override;
  asio::awaitable<Result<DeletionView>> delete_orphan(std::string name, Caller by) override;
  LeaseView lease() const override { return LeaseView{"active", 1, ""}; }
  asio::awaitable<Result<LeaseView>> take_over(Caller by) override;
  Result<> may_move() const override { return retirement; }
  Result<> begin_move(const Caller& by) override;
  void end_move() override { asked.push_back("end move"); }
  Result<LeaseView> retire(const Caller& by) override;

 private:
  void note(const std::string& what, const Caller& by);
  Result<ForestSummary> find(std::string_view name) const;
};

// A page that says what a case wants.
class FakeMetrics : public MetricsPage {
 public:
  std::function<std::string()> page = [] { return "up 1\n"; };  // may throw
  std::string render() const override { return page(); }
};

}  // namespace morpheus
