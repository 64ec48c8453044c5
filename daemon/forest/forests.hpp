#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/error.hpp"
#include "common/model/finding.hpp"
#include "common/model/operation.hpp"
#include "common/protocol/views.hpp"

namespace morpheus {

namespace asio = boost::asio;

// How old may be what a provider is asked for: shared by all who ask, for half a minute, or asked for anew.
enum class Freshness { shared, anew };

// What an operator (through the control socket) may ask of the forests. Each call checks, stores, and returns at once; what
// takes long goes on as an operation. Errors say what to type.
class Forests {
 public:
  virtual ~Forests() = default;

  virtual std::vector<ForestSummary> list() const = 0;
  virtual Result<StatusView> status(std::string_view forest) const = 0;
  // The last decision of the loop about this forest; before its first, what it would decide now.
  virtual Result<DecisionView> explain(std::string_view forest) const = 0;
  // Decisions with ids below `before`, newest first.
  virtual Result<std::vector<DecisionView>> history(std::string_view forest, std::int64_t before, int limit) const = 0;

  // Asks the provider first whether it can, and what a machine would be.
  virtual asio::awaitable<Result<OperationView>> plant(PlantRequest request, Caller caller) = 0;
  // What planting would create, and its price; refused for the same reasons. Creates nothing.
  virtual asio::awaitable<Result<PlanView>> plan(PlantRequest request) = 0;
  // Asks the policy, and grows if it says so. A growth that is needed and blocked, or asked for by hand and refused, is an
  // answer (action "none", the decision says why), not an error.
  virtual asio::awaitable<Result<GrowAnswer>> grow(std::string forest, GrowRequest request, Caller caller) = 0;
  // Asks the provider first whether a core is really dead.
  virtual asio::awaitable<Result<OperationView>> shrink(std::string forest, std::string node, Caller caller) = 0;
  // What the machine of `node` was told, as far as it would be the same today; of an empty `node`: what the next one would be.
  // With secrets it is an act, and recorded.
  virtual asio::awaitable<Result<ImageView>> image(std::string forest, std::string node, bool with_secrets, Caller caller) = 0;
  virtual Result<OperationView> teardown(std::string_view forest, const Caller& caller) = 0;
  // A stored operation in full: with its nodes' stages and what it waits for.
  virtual OperationView in_full(const Operation& operation) const = 0;
  // Tries a parked operation again. refused: it is not parked.
  virtual Result<OperationView> resume_operation(std::int64_t id, const Caller& caller) = 0;
  // Brings a parked operation to its end, as one that failed: what it was raising is given up, what it was removing is removed. A
  // teardown, and one that is parked again on its way to that end, end at once; what may exist stays stored, and counts.
  virtual Result<OperationView> abort_operation(std::int64_t id, const Caller& caller) = 0;
  virtual Result<ForestSummary> pause(std::string_view forest, const Caller& caller) = 0;
  // Ends a pause, and acknowledges a growth that was reported as futile.
  virtual Result<ForestSummary> resume(std::string_view forest, const Caller& caller) = 0;

  // Every check of `morpheusctl doctor` that the daemon can make, whatever the others find. Changes nothing.
  virtual asio::awaitable<std::vector<Finding>> examine(Freshness freshness) = 0;

  // Asks every provider for machines and addresses of this installation that no node stands for. One that does not answer
  // is named, and hides no other's.
  virtual asio::awaitable<Result<OrphansView>> orphans(Freshness freshness) = 0;
  // Makes the orphan a ready node of the forest that its labels name, if it answers as that very server. Deletes nothing.
  virtual asio::awaitable<Result<AdoptionView>> adopt(std::string name, Caller caller) = 0;
  // Deletes the orphan for good; done, not just asked. Success if there is nothing of that name.
  virtual asio::awaitable<Result<DeletionView>> delete_orphan(std::string name, Caller caller) = 0;

  // Whether this daemon acts at all.
  virtual LeaseView lease() const = 0;
  // Makes it act from now on, in the place of whoever acts for its forests at a provider; what is stored as running goes on. Success
  // if it acts already. refused: what was under way when it was retired has not ended.
  virtual asio::awaitable<Result<LeaseView>> take_over(Caller caller) = 0;
  // refused: something is under way that another daemon could not take up from the store alone, or it does not act anyway.
  virtual Result<> may_move() const = 0;
  // Refused as may_move(). From its return on nothing is decided or changed, whatever is asked, until end_move(), a takeover, or a
  // restart: only the record says that it began.
  virtual Result<> begin_move(const Caller& caller) = 0;
  // The archive did not arrive: this daemon goes on as if nothing had been.
  virtual void end_move() = 0;
  // The archive has arrived: this daemon is retired for good. refused: it is not being moved any more.
  virtual Result<LeaseView> retire(const Caller& caller) = 0;
};

}  // namespace morpheus
