#pragma once

#include <boost/asio/awaitable.hpp>
#include <optional>
#include <string>
#include <vector>

#include "common/error.hpp"
#include "common/model/node.hpp"
#include "daemon/image/node_spec.hpp"

namespace morpheus {

namespace asio = boost::asio;

// What to create. The labels (controller, forest, node, intent) say whose it is.
struct MachineSpec {
  std::string name;
  std::string forest;
  std::string intent;
  std::string address;  // reserved before; empty: whatever it gets
  NodeSpec image;
};

// A machine as the provider lists it.
struct Machine {
  std::string name;
  std::string id;
  std::string forest;
  std::string intent;
  std::string address;  // empty until it has one
  Capacity capacity;
  bool running = false;  // it is up, as far as the provider can tell from outside
};

// How long each stage of a machine may take before the node has failed.
struct StageLimits {
  Millis create{5 * 60'000};
  Millis boot{10 * 60'000};
  Millis join{5 * 60'000};
  Millis drain{150'000};
};

// Where machines come from. Every call may fail, and may fail after it was carried out (ErrorCode::ambiguous,
// unavailable): callers look the name up before they ask again. Only machines with this installation's labels are seen or
// touched. Calls on different names may run at the same time.
class Provider {
 public:
  virtual ~Provider() = default;

  // An address that machine `name` of `forest` will have; the same one when asked again. Empty: this provider gives
  // addresses with the machine alone.
  virtual asio::awaitable<Result<std::string>> reserve_address(std::string forest, std::string name) = 0;

  // Creates the machine, or adopts (and starts, if it is down) the one that the same intent made before. conflict: the name
  // is taken by another intent.
  virtual asio::awaitable<Result<Machine>> create(MachineSpec spec) = 0;

  // The machine of that name; unset if there is none, whatever state it is in.
  virtual asio::awaitable<Result<std::optional<Machine>>> find(std::string name) = 0;

  // Everything of `forest` that exists, reserved addresses included (as machines without an id).
  virtual asio::awaitable<Result<std::vector<Machine>>> list(std::string forest) = 0;

  // Asks the machine to hand over its clients and shut down; returns as soon as it was asked.
  virtual asio::awaitable<Result<>> drain(std::string name) = 0;

  // Ends and deletes the machine with its disk and its address; done, not just asked. Success if there is none.
  virtual asio::awaitable<Result<>> destroy(std::string name) = 0;

  // Ends the witness on that machine for good, where this provider can reach it. true: it is ended. false: the machine ends
  // it by itself, later.
  virtual asio::awaitable<Result<bool>> retire_witness(std::string name) = 0;

  // What the next machine would offer, before it exists.
  virtual Capacity capacity() const = 0;

  virtual StageLimits stage_limits() const { return StageLimits{}; }

  // Net price of one machine a month in the provider's currency; unset where machines cost nothing.
  virtual std::optional<double> monthly_cost() const = 0;
};

}  // namespace morpheus
