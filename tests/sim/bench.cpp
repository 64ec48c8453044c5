#include "tests/sim/bench.hpp"

#include <algorithm>
#include <stdexcept>

namespace morpheus::sim {
namespace {

Caller the_caller() { return Caller{1000, 4711, "ada"}; }

constexpr int most_events = 10'000;

}  // namespace

Bench::Bench(int core_nodes) {
  config_.growth.enabled = false;
  config_.growth.cooldown = Millis{0};
  config_.jetstream.core_nodes = core_nodes;
  start(false);
}

Bench::~Bench() = default;

void Bench::start(bool after_crash) {
  world_.last_polls.clear();
  const Surroundings around{world_, clock_, ids_, secrets_, config_};
  daemon_ = std::make_unique<SimDaemon>(around, dir_ / "morpheus.db", [] {}, after_crash);
  daemon_->run_ready();
}

void Bench::restart(bool after_crash) {
  daemon_.reset();
  start(after_crash);
}

bool Bench::run_until(const std::function<bool()>& done, Millis limit) {
  const Millis end = clock_.passed() + limit;
  daemon_->run_ready();
  while (!done()) {
    if (clock_.passed() >= end || !clock_.advance()) return false;
    daemon_->run_ready();
  }
  return true;
}

void Bench::run_for(Millis time) {
  const Millis end = clock_.passed() + time;
  run_until([&] { return clock_.passed() >= end; }, time + Millis{1});
}

void Bench::take(const Result<OperationView>& answer) {
  if (answer) {
    begun_ = answer->id;
  } else {
    refused_ = describe(answer.error());
  }
}

asio::awaitable<void> Bench::ask_plant(std::string forest, std::string size) {
  PlantRequest request;
  request.provider = "sim";
  request.size = size;
  request.name = forest;
  const Caller caller = the_caller();
  const auto answer = co_await forests().plant(request, caller);
  take(answer);
}

asio::awaitable<void> Bench::ask_grow(std::string forest) {
  const GrowRequest request;
  const Caller caller = the_caller();
  const auto answer = co_await forests().grow(forest, request, caller);
  if (answer && answer->operation) {
    begun_ = answer->operation->id;
  } else {
    refused_ = answer ? answer->reason : describe(answer.error());
  }
}

asio::awaitable<void> Bench::ask_shrink(std::string forest) {
  const Caller caller = the_caller();
  const auto node = store().nodes(store().forest(forest)->id).back();
  const auto answer = co_await forests().shrink(forest, node.name, caller);
  take(answer);
}

asio::awaitable<void> Bench::ask_doctor() {
  auto found = co_await forests().examine(Freshness::anew);
  findings_ = std::move(found);
}

std::vector<Finding> Bench::findings() {
  findings_.reset();
  daemon_->spawn(ask_doctor());
  run_until([this] { return findings_.has_value(); });
  return findings_.value();
}

std::int64_t Bench::begin(OperationKind kind, const std::string& forest, const std::string& size) {
  begun_.reset();
  refused_.clear();
  switch (kind) {
    case OperationKind::plant: daemon_->spawn(ask_plant(forest, size)); break;
    case OperationKind::grow: daemon_->spawn(ask_grow(forest)); break;
    case OperationKind::shrink: daemon_->spawn(ask_shrink(forest)); break;
    case OperationKind::teardown: take(forests().teardown(forest, the_caller())); break;
  }
  run_until([this] { return begun_.has_value() || !refused_.empty(); });
  if (!begun_) throw std::runtime_error(refused_);
  return *begun_;
}

void Bench::plant(const std::string& forest, const std::string& size) {
  const auto id = begin(OperationKind::plant, forest, size);
  if (!run_until([&] { return operation(id).state == OperationState::succeeded; })) throw std::runtime_error(forest + " is not planted");
}

bool Bench::grows(const std::string& forest) {
  const auto id = begin(OperationKind::grow, forest);
  return run_until([&] { return operation(id).state == OperationState::succeeded; });
}

std::string Bench::events(const std::string& forest) {
  std::string lines;
  for (const Event& event : store().events_after(0, forest, most_events)) lines += event.node + " " + event.message + "\n";
  return lines;
}

}  // namespace morpheus::sim
