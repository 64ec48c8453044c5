#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/error.hpp"
#include "common/model/finding.hpp"
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
  std::optional<double> most_monthly_cost;  // net, with its addresses, as Machine::monthly_cost; unset: no limit
  NodeSpec image;
};

// Which machine is meant: by its id where that is known, since a hand in the console may change its name.
class MachineRef {
 public:
  MachineRef(std::string name, std::string id = "") : name_(std::move(name)), id_(std::move(id)) {}  // NOLINT: a name is one
  MachineRef(const char* name) : name_(name) {}                                                      // NOLINT

  const std::string& name() const { return name_; }
  const std::string& id() const { return id_; }  // empty: not known

 private:
  std::string name_;
  std::string id_;
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
  std::string state;     // the provider's word for how it is; empty: it has none
  std::string type;      // the provider's name of it; empty where there is no choice
  std::string location;  // likewise
  std::optional<double> monthly_cost;  // net, with its addresses; unset: it costs nothing, or the price is not known
};

// What the next machine would be.
struct Offer {
  std::string type;      // empty where there is no choice
  std::string location;  // likewise
  Capacity capacity;
  std::optional<double> hourly_cost;   // net, with its addresses, in `currency`; unset: it costs nothing
  std::optional<double> monthly_cost;  // likewise
  std::string currency;
  std::vector<std::string> warnings;  // what may go wrong, a sentence each
};

// What is known of the next machine without asking.
struct Outlook {
  bool costs_money = false;
  std::optional<double> monthly_cost;  // of the next machine, net; unset: nothing, or not known yet
  std::string refusal;                 // why the provider makes none for now; empty: nothing is known against it
  std::string way_out;                 // of the refusal
};

// What was asked of the provider's API since the daemon's start, and what its rate limit still allows.
struct ApiUse {
  std::int64_t calls = 0;
  std::optional<int> left;  // unset: no answer has said anything yet
};

// Another installation's machine, or address without one: never touched.
struct ForeignMachine {
  std::string name;
  std::string controller;
  std::string way_out;  // where it is really nobody else's: what to type or do; empty: nothing is known
};

// What the provider has under Morpheus's labels, whosever it is. Reserved addresses without a machine are in it, as machines
// without an id.
struct Inventory {
  std::vector<Machine> own;  // of this installation, all forests
  std::vector<ForeignMachine> others;
};

// A node as what stands around its forest's machines must know it.
struct Member {
  std::string name;
  std::string address;
  std::string machine_id;  // the provider's; empty: it has no machine, or one that is on its way out
};

// How long each stage of a machine may take before the node has failed.
struct StageLimits {
  Millis create{5 * 60'000};
  Millis boot{10 * 60'000};
  Millis join{5 * 60'000};
  Millis drain{150'000};
};

// What an answer is for. What is only looked at may not take the calls of an API that operations need.
enum class Purpose { reading, acting };

// Where machines come from. Every call may fail, and may fail after it was carried out (ErrorCode::ambiguous,
// unavailable): callers look the name up before they ask again. Only machines with this installation's labels are seen or
// touched. Calls on different names may run at the same time.
class Provider {
 public:
  virtual ~Provider() = default;

  // Checks all that can be checked before anything is created (the configuration against what the provider has, the right to
  // create) and says what the next machine would be. An error says what to change.
  virtual asio::awaitable<Result<Offer>> offer() = 0;

  // An address that machine `name` of `forest` will have; the same one when asked again. Empty: this provider gives
  // addresses with the machine alone.
  virtual asio::awaitable<Result<std::string>> reserve_address(std::string forest, std::string name) = 0;

  // Creates the machine, or adopts (and starts, if it is down) the one that the same intent made before. conflict: the name
  // is taken by another intent. refused: every machine that could be made costs too much. moved: nothing was created, and the address cannot be used (any more): reserve another.
  virtual asio::awaitable<Result<Machine>> create(MachineSpec spec) = 0;

  // The machine, whatever state it is in; unset only if there is none by its id, where that is known, and a whole list has none of
  // its name. refused: that of its id is another controller's by now; conflict: it does not say whose it is. For whoever deletes or drains it: it may take calls
  // of the API that are kept for that.
  virtual asio::awaitable<Result<std::optional<Machine>>> find(MachineRef machine) = 0;
  // The same for whoever only wants to know: it takes no such call.
  virtual asio::awaitable<Result<std::optional<Machine>>> look(MachineRef machine) { co_return co_await find(machine); }

  // Gives the machine of that id its name and labels back. false: it has them.
  virtual asio::awaitable<Result<bool>> restore(MachineRef, std::string /*forest*/, std::string /*intent*/) { co_return false; }

  // Everything of `forest` that exists, reserved addresses included (as machines without an id).
  virtual asio::awaitable<Result<std::vector<Machine>>> list(std::string forest) = 0;

  // Everything under Morpheus's labels.
  virtual asio::awaitable<Result<Inventory>> inventory(Purpose purpose) = 0;

  // Lets exactly these members reach each other's route ports, and makes what `forest` needs around its machines, those that
  // there are included. Success if it is so already.
  virtual asio::awaitable<Result<>> enclose(std::string forest, std::vector<Member> members) = 0;

  // Removes what stands around the machines of `forest`, once they are gone. Success if there is nothing.
  virtual asio::awaitable<Result<>> clear(std::string forest) = 0;

  // Asks the machine to hand over its clients and shut down; returns as soon as it was asked.
  virtual asio::awaitable<Result<>> drain(MachineRef machine) = 0;

  // Ends and deletes the machine with its disk and its address; done, not just asked: find() would find none. Success if there is none.
  // Where its id is known, another machine that has its name by now is left alone; so is one that is another controller's by now.
  virtual asio::awaitable<Result<>> destroy(MachineRef machine) = 0;

  // Ends the witness on that machine for good, where this provider can reach it. true: it is ended. false: the machine ends
  // it by itself, later.
  virtual asio::awaitable<Result<bool>> retire_witness(std::string name) = 0;

  // What create() would tell a machine of `type` (empty: of the type that the next one would have).
  virtual asio::awaitable<Result<std::string>> image(MachineSpec spec, std::string type, Purpose purpose) = 0;

  // Makes sure that it is this daemon that acts for the installation's forests here, where the provider can tell: superseded if it
  // is another one. Calls that change something make sure of it by themselves.
  virtual asio::awaitable<Result<>> confirm_lease() { co_return Result<>{}; }
  // The highest generation of a daemon that ever claimed to act here and was not replaced; 0: none did. Changes nothing.
  virtual asio::awaitable<Result<std::int64_t>> highest_epoch() { co_return Result<std::int64_t>{0}; }

  // Starts each machine of this computer's that ran when it went down. To be awaited before anything else is asked. What cannot be started
  // stays down: a sentence for each.
  virtual asio::awaitable<std::vector<std::string>> start_after_boot() { co_return std::vector<std::string>(); }

  virtual Outlook outlook() const = 0;

  // Unset: there is no API.
  virtual std::optional<ApiUse> api_use() const { return std::nullopt; }

  // What keeps all its calls waiting now, in words: "the account's calls are used up for 12 s"; empty: nothing.
  virtual std::string waits_for() const { return {}; }

  // Its machines reach each other over a network: their servers prove themselves by certificate.
  virtual bool is_networked() const { return false; }
  // false: nobody has set it up. outlook() says what is missing.
  virtual bool is_configured() const { return true; }

  // What is wrong with it, or would be at the next machine; each check is made whatever the others find. Changes nothing, and is for
  // reading alone.
  virtual asio::awaitable<std::vector<Finding>> diagnose() = 0;

  virtual StageLimits stage_limits() const { return StageLimits{}; }
};

}  // namespace morpheus
