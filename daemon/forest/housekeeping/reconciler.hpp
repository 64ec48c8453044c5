#pragma once

#include <boost/asio/awaitable.hpp>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "daemon/forest/context.hpp"
#include "daemon/forest/orphan/inventory.hpp"

namespace morpheus {

// Compares what the providers list with what is stored, at the start and every few minutes. Machines of this installation
// that no stored node stands for are reported, never touched; a ready node whose machine does not exist any more is marked
// as gone; what surrounds each forest is made what it should be again. It never runs into an operation's work: a forest with
// one is left for the next time. While this daemon may not act, nothing is compared; a takeover is a reason to
// begin at once. First of all each provider is asked whether it is still this daemon that acts.
class Reconciler {
 public:
  static constexpr Millis interval{5 * 60'000};

  explicit Reconciler(const ForestContext& context) : context_(context) {}

  // Until cancelled. What a provider or the store refuses is shown and tried again the next time.
  asio::awaitable<void> run();

  // It is comparing, or changing what surrounds a forest, right now.
  bool is_working() const { return working_; }

 private:
  class Working;
  // Returns once this daemon may act.
  asio::awaitable<void> until_active();
  bool is_active() const;
  // Returns after the interval, or when this daemon acts by a later epoch than that.
  asio::awaitable<void> rest(std::int64_t epoch);
  std::int64_t epoch() const;  // 0: it cannot be read
  asio::awaitable<void> reconcile(std::string provider_name);
  asio::awaitable<void> mark_gone(std::int64_t forest_id, std::vector<Node> missing);
  asio::awaitable<void> try_forest(Forest forest, std::vector<Node> missing);
  void note(const std::string& key, const std::string& forest, const Result<>& outcome);
  asio::awaitable<void> reconcile_forest(std::int64_t forest_id, std::vector<Node> missing);
  // An event, once for each reason. `why`: empty if the forest is enclosed as it should be.
  void report_exposed(const Forest& forest, const std::string& why);
  void report_orphans(const std::string& provider, const std::vector<Machine>& found);
  // That something about the node's machine is not as it was made, once.
  void report_drift(const Node& node, const std::string& message);
  // A drift that this comparison did not find is over: it is reported again if it comes back.
  void end_drifts(const std::string& provider);

  const ForestContext& context_;
  bool working_ = false;
  std::map<std::int64_t, std::string> exposed_;  // why, by forest
  std::map<std::int64_t, std::string> drifts_;   // by node: what was said last
  std::set<std::int64_t> drifting_;              // nodes that this comparison reported
  std::map<std::string, Waits::Waiting> waits_;  // by what failed
  std::map<std::string, std::set<std::string>> reported_;  // by provider: orphans, as they were described
};

}  // namespace morpheus
