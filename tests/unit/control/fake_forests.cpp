#include "tests/unit/control/fake_forests.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace morpheus {

void FakeForests::note(const std::string& what, const Caller& by) {
  asked.push_back(what);
  caller = by;
  before(what);
}

Result<ForestSummary> FakeForests::find(std::string_view name) const {
  before(fmt::format("find {}", name));
  for (const ForestSummary& forest : forests) {
    if (forest.name == name) return forest;
  }
  return Error{ErrorCode::not_found, fmt::format("no forest {}", name), "morpheusctl list"};
}

std::vector<ForestSummary> FakeForests::list() const {
  before("list");
  return forests;
}

Result<StatusView> FakeForests::status(std::string_view forest) const {
  const auto found = find(forest);
  if (!found) return found.error();
  StatusView view;
  view.forest = *found;
  return view;
}

Result<DecisionView> FakeForests::explain(std::string_view forest) const {
  const auto found = find(forest);
  if (!found) return found.error();
  return decisions.at(0);
}

Result<std::vector<DecisionView>> FakeForests::history(std::string_view forest, std::int64_t below, int limit) const {
  const auto found = find(forest);
  if (!found) return found.error();
  std::vector<DecisionView> newest;
  std::ranges::copy_if(decisions, std::back_inserter(newest), [below](const DecisionView& each) { return each.id < below; });
  newest.resize(std::min(newest.size(), static_cast<std::size_t>(limit)));
  return newest;
}

Result<OperationView> FakeForests::resume_operation(std::int64_t id, const Caller& by) {
  note(fmt::format("resume operation {}", id), by);
  return operation;
}

Result<OperationView> FakeForests::abort_operation(std::int64_t id, const Caller& by) {
  note(fmt::format("abort operation {}", id), by);
  return operation;
}

asio::awaitable<Result<OperationView>> FakeForests::plant(PlantRequest request, Caller by) {
  note(fmt::format("plant {} {} {}", request.provider, request.size, request.name), by);
  co_return operation;
}

asio::awaitable<Result<PlanView>> FakeForests::plan(PlantRequest request) {
  note(fmt::format("plan {} {} {}", request.provider, request.size, request.name), Caller{});
  co_return plan_answer;
}

asio::awaitable<Result<GrowAnswer>> FakeForests::grow(std::string forest, GrowRequest request, Caller by) {
  note(fmt::format("grow {}", forest), by);
  grow_request = request;
  co_return grow_answer;
}

asio::awaitable<Result<OperationView>> FakeForests::shrink(std::string forest, std::string node, Caller by) {
  note(fmt::format("shrink {} {}", forest, node), by);
  if (shrinking) co_await shrinking();
  co_return operation;
}

asio::awaitable<Result<ImageView>> FakeForests::image(std::string forest, std::string node, bool with_secrets, Caller by) {
  note(fmt::format("image {} {} {}", forest, node, with_secrets), by);
  const auto found = find(forest);
  if (!found) co_return found.error();
  co_return ImageView{forest, node, "#cloud-config\n"};
}

Result<OperationView> FakeForests::teardown(std::string_view forest, const Caller& by) {
  note(fmt::format("teardown {}", forest), by);
  return operation;
}

Result<ForestSummary> FakeForests::pause(std::string_view forest, const Caller& by) {
  note(fmt::format("pause {}", forest), by);
  return find(forest);
}

Result<ForestSummary> FakeForests::resume(std::string_view forest, const Caller& by) {
  note(fmt::format("resume {}", forest), by);
  return find(forest);
}

asio::awaitable<std::vector<Finding>> FakeForests::examine(Freshness freshness) {
  note(freshness == Freshness::anew ? "examine anew" : "examine", Caller{});
  co_return findings;
}

asio::awaitable<Result<OrphansView>> FakeForests::orphans(Freshness freshness) {
  note(freshness == Freshness::anew ? "orphans anew" : "orphans", Caller{});
  co_return orphans_answer;
}

asio::awaitable<Result<AdoptionView>> FakeForests::adopt(std::string name, Caller by) {
  note(fmt::format("adopt {}", name), by);
  co_return adoption;
}

asio::awaitable<Result<DeletionView>> FakeForests::delete_orphan(std::string name, Caller by) {
  note(fmt::format("delete-orphan {}", name), by);
  co_return deletion;
}

asio::awaitable<Result<LeaseView>> FakeForests::take_over(Caller by) {
  note("takeover", by);
  co_return lease();
}

Result<> FakeForests::begin_move(const Caller& by) {
  note("move", by);
  return retirement;
}

Result<LeaseView> FakeForests::retire(const Caller& by) {
  note("retire", by);
  return LeaseView{"retired", 1, ""};
}

}  // namespace morpheus
