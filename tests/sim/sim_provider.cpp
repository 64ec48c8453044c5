#include "tests/sim/sim_provider.hpp"

#include <fmt/format.h>

#include <stdexcept>

namespace morpheus::sim {
namespace {

constexpr double monthly_price = 5.0;

}  // namespace

StageLimits SimProvider::stage_limits() const {
  StageLimits limits;
  limits.create = Millis{120'000};
  limits.boot = Millis{60'000};
  limits.join = Millis{60'000};
  limits.drain = Millis{30'000};
  return limits;
}

asio::awaitable<Result<>> SimProvider::request(std::string call) {
  Chance& chance = world_.chance();
  const bool slow = chance.happens(world_.faults.slow);
  if (slow) world_.count("provider slow");
  const Millis pause = slow ? chance.seconds(5, 90) : Millis{chance.between(20, 300)};
  co_await clock_.sleep_for(pause);
  if (chance.happens(world_.faults.crash_in_call)) {
    world_.count("crash before a call is carried out");
    world_.crash("before " + call);
  }
  if (chance.happens(world_.faults.throws)) {
    world_.count("call throws");
    world_.note(call + ": throws");
    throw std::runtime_error(call + ": a fault of the program");
  }
  if (world_.obstacle) {
    const Obstacle met = world_.obstacle(call);
    if (met.delay > Millis{0}) co_await clock_.sleep_for(met.delay);
    if (met.error) co_return *met.error;
  }
  if (chance.happens(world_.faults.error_before)) {
    world_.count("provider error before");
    world_.note(call + ": cannot be reached");
    Error error{ErrorCode::unavailable, "the provider cannot be reached", ""};
    co_return error;
  }
  co_return Result<>{};
}

asio::awaitable<Result<Lease>> SimProvider::change(std::string call, Urgency urgency) {
  if (gate_.held()) world_.complain(fmt::format("{} begins while the shutdown's gate is held", call));
  const auto asked = co_await request(call);
  if (!asked) co_return asked.error();
  if (fencing_) co_return co_await pass_fence(call, urgency);
  const Lease none;
  co_return none;
}

asio::awaitable<Result<Lease>> SimProvider::pass_fence(std::string call, Urgency urgency) {
  const auto passed = co_await fencing_->fence.pass(urgency);
  if (!passed) co_return passed.error();
  const auto lease = fencing_->holder.own();
  if (!lease) co_return lease.error();
  const Millis at = world_.now();
  fencing_->leases.let_through(*lease, call);
  const bool slow = world_.chance().happens(world_.faults.slow);
  const Millis pause = slow ? world_.chance().seconds(1, static_cast<int>(SimLeases::longest_way / std::chrono::seconds{1})) : Millis{world_.chance().between(5, 100)};
  co_await clock_.sleep_for(pause);
  fencing_->leases.carried_out(*lease, at, call);
  co_return *lease;
}

asio::awaitable<Result<>> SimProvider::confirm_lease() {
  if (!fencing_) co_return Result<>{};
  co_return co_await fencing_->fence.pass(Urgency::normal);
}

asio::awaitable<Result<std::int64_t>> SimProvider::highest_epoch() {
  if (fencing_) co_return co_await fencing_->fence.highest_epoch();
  co_return Result<std::int64_t>{0};
}

bool SimProvider::is_another(const MachineRef& meant) const {
  const SimMachine* there = world_.machine(meant.name());
  return there && !meant.id().empty() && there->id != meant.id();
}

asio::awaitable<Result<>> SimProvider::answer(std::string call) {
  Chance& chance = world_.chance();
  if (chance.happens(world_.faults.crash_in_call)) {
    world_.count("crash after a call was carried out");
    world_.crash("after " + call);
  }
  if (chance.happens(world_.faults.slow)) co_await clock_.sleep_for(chance.seconds(5, 90));
  if (!chance.happens(world_.faults.lost_answer)) co_return Result<>{};
  world_.count("provider answer lost");
  world_.note(call + ": the answer is lost");
  Error error{chance.happens(0.5) ? ErrorCode::ambiguous : ErrorCode::unavailable, "no answer in time", ""};
  co_return error;
}

asio::awaitable<Result<Offer>> SimProvider::offer() {
  const auto asked = co_await request("offer");
  if (!asked) co_return asked.error();
  const Outlook now = outlook();
  if (!now.refusal.empty()) {
    Error error{ErrorCode::refused, now.refusal, now.way_out};
    co_return error;
  }
  Offer offer;
  offer.type = "sim2";
  offer.capacity = {2, 512 << 20};
  offer.monthly_cost = monthly_price;
  co_return offer;
}

asio::awaitable<Result<std::string>> SimProvider::image(MachineSpec spec, std::string, Purpose) { co_return spec.name; }

Outlook SimProvider::outlook() const {
  Outlook outlook;
  outlook.costs_money = true;
  outlook.monthly_cost = monthly_price;
  if (world_.quota_until && world_.now() < *world_.quota_until) {
    outlook.refusal = "the quota of machines is used up";
    outlook.way_out = "ask the provider for more";
  }
  return outlook;
}

asio::awaitable<std::vector<Finding>> SimProvider::diagnose() {
  std::vector<Finding> findings;
  const auto asked = co_await request("diagnose");
  if (asked) co_return findings;
  findings.push_back({"reachable", FindingLevel::failed, asked.error().message, ""});
  co_return findings;
}

asio::awaitable<Result<Inventory>> SimProvider::inventory(Purpose) {
  const auto asked = co_await request("inventory");
  if (!asked) co_return asked.error();
  Inventory inventory;
  for (const auto& [name, machine] : world_.machines) {
    if (machine.stranger) {
      inventory.others.push_back({name, "stranger", ""});
    } else {
      inventory.own.push_back(world_.describe(machine));
    }
  }
  for (const auto& [name, place] : world_.reserved) {
    if (!world_.machines.contains(name)) inventory.own.push_back(World::describe_address(name, place));
  }
  co_return inventory;
}

asio::awaitable<Result<>> SimProvider::enclose(std::string forest, std::vector<Member> members) {
  const auto asked = co_await change("enclose " + forest);
  if (!asked) co_return asked.error();
  const bool is_new = !world_.enclosed.contains(forest);
  world_.enclose(forest, members, daemon_);
  if (fencing_ && is_new) fencing_->leases.post(forest, *asked);
  world_.count("enclosed");
  co_return co_await answer("enclose " + forest);
}

asio::awaitable<Result<>> SimProvider::clear(std::string forest) {
  const auto asked = co_await change("clear " + forest, Urgency::deleting);
  if (!asked) co_return asked.error();
  world_.clear(forest, daemon_);
  if (fencing_) fencing_->leases.take_down(forest);
  co_return co_await answer("clear " + forest);
}

asio::awaitable<Result<std::string>> SimProvider::reserve_address(std::string forest, std::string name) {
  const std::string call = "reserve_address " + name;
  const auto asked = co_await change(call);
  if (!asked) co_return asked.error();
  const std::string address = world_.reserve(forest, name, daemon_);
  const auto answered = co_await answer(call);
  if (!answered) co_return answered.error();
  co_return address;
}

asio::awaitable<Result<Machine>> SimProvider::create(MachineSpec spec) {
  const std::string call = "create " + spec.name;
  const auto asked = co_await change(call);
  if (!asked) co_return asked.error();
  const SimMachine* there = world_.machine(spec.name);
  if (there && there->intent != spec.intent) {
    world_.count("a stranger has the name");
    Error error{ErrorCode::conflict, "that name is taken", ""};
    co_return error;
  }
  if (!there && is_to_move(spec)) {
    Error error{ErrorCode::moved, "no machine is to be had where the address is", ""};
    co_return error;
  }
  if (!there && world_.chance().happens(world_.faults.refused)) {
    world_.count("provider refuses");
    world_.note(call + ": refused");
    world_.quota_until = world_.now() + world_.chance().seconds(300, 1'800);
    Error error{ErrorCode::refused, "the quota of machines is used up", "ask the provider for more"};
    co_return error;
  }
  const Machine machine = world_.describe(world_.make(spec, daemon_));
  const auto answered = co_await answer(call);
  if (!answered) co_return answered.error();
  co_return machine;
}

// The address was given up meanwhile, or its place is sold out.
bool SimProvider::is_to_move(const MachineSpec& spec) {
  const auto reserved = world_.reserved.find(spec.name);
  const bool lost = reserved == world_.reserved.end() || reserved->second.second != spec.address;
  if (lost) world_.count("address was given up");
  const bool sold_out = world_.chance().happens(world_.faults.sold_out);
  if (sold_out) world_.count("sold out");
  return lost || sold_out;
}

asio::awaitable<Result<std::optional<Machine>>> SimProvider::find(MachineRef meant) {
  const std::string name = meant.name();
  const std::string call = "find " + name;
  const auto asked = co_await request(call);
  if (!asked) co_return asked.error();
  std::optional<Machine> found;
  const SimMachine* machine = world_.machine(name);
  if (machine && !machine->stranger) found = world_.describe(*machine);
  co_return found;
}

asio::awaitable<Result<std::vector<Machine>>> SimProvider::list(std::string forest) {
  const std::string call = "list " + forest;
  const auto asked = co_await request(call);
  if (!asked) co_return asked.error();
  co_return world_.list(forest);
}

asio::awaitable<Result<>> SimProvider::drain(MachineRef meant) {
  const std::string name = meant.name();
  const std::string call = "drain " + name;
  const auto asked = co_await change(call, Urgency::deleting);
  if (!asked) co_return asked.error();
  SimMachine* machine = world_.machine(name);
  if (machine && !is_another(meant) && !machine->deaf_to_drain && !machine->shuts_down_at) {
    machine->shuts_down_at = world_.now() + world_.chance().seconds(1, 20);
    world_.note(fmt::format("world: {} drains", name));
    world_.count("drained");
  }
  co_return co_await answer(call);
}

asio::awaitable<Result<>> SimProvider::destroy(MachineRef meant) {
  const std::string name = meant.name();
  const std::string call = "destroy " + name;
  const auto asked = co_await change(call, Urgency::deleting);
  if (!asked) co_return asked.error();
  if (is_another(meant)) {
    world_.count("another machine has the name, and stays");
  } else {
    world_.remove(name, daemon_);
  }
  co_return co_await answer(call);
}

asio::awaitable<Result<bool>> SimProvider::retire_witness(std::string name) {
  const std::string call = "retire_witness " + name;
  const auto asked = co_await change(call);
  if (!asked) co_return asked.error();
  SimMachine* machine = world_.machine(name);
  if (machine && world_.machines_retire) {
    if (!machine->witness_ends_at) machine->witness_ends_at = world_.now() + world_.chance().seconds(5, 60);
    world_.count("witness left to its machine");
    co_return false;
  }
  if (machine) {
    machine->witness = false;
    world_.note(fmt::format("world: the witness on {} ends", name));
    world_.count("witness retired");
  }
  const auto answered = co_await answer(call);
  if (!answered) co_return answered.error();
  co_return true;
}

}  // namespace morpheus::sim
