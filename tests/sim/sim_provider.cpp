#include "tests/sim/sim_provider.hpp"

#include <fmt/format.h>

namespace morpheus::sim {

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
  co_await clock_.sleep_for(slow ? chance.seconds(5, 90) : Millis{chance.between(20, 300)});
  if (chance.happens(world_.faults.crash_in_call)) {
    world_.count("crash before a call is carried out");
    world_.crash("before " + call);
  }
  if (chance.happens(world_.faults.error_before)) {
    world_.count("provider error before");
    world_.note(call + ": cannot be reached");
    Error error{ErrorCode::unavailable, "the provider cannot be reached", ""};
    co_return error;
  }
  co_return Result<>{};
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

asio::awaitable<Result<std::string>> SimProvider::reserve_address(std::string forest, std::string name) {
  const std::string call = "reserve_address " + name;
  const auto asked = co_await request(call);
  if (!asked) co_return asked.error();
  const std::string address = world_.reserve(forest, name);
  const auto answered = co_await answer(call);
  if (!answered) co_return answered.error();
  co_return address;
}

asio::awaitable<Result<Machine>> SimProvider::create(MachineSpec spec) {
  const std::string call = "create " + spec.name;
  const auto asked = co_await request(call);
  if (!asked) co_return asked.error();
  const SimMachine* there = world_.machine(spec.name);
  if (there && there->intent != spec.intent) {
    world_.count("a stranger has the name");
    Error error{ErrorCode::conflict, "that name is taken", ""};
    co_return error;
  }
  if (!there && world_.chance().happens(world_.faults.refused)) {
    world_.count("provider refuses");
    world_.note(call + ": refused");
    Error error{ErrorCode::refused, "the quota of machines is used up", "ask the provider for more"};
    co_return error;
  }
  const Machine machine = world_.describe(world_.make(spec));
  const auto answered = co_await answer(call);
  if (!answered) co_return answered.error();
  co_return machine;
}

asio::awaitable<Result<std::optional<Machine>>> SimProvider::find(std::string name) {
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

asio::awaitable<Result<>> SimProvider::drain(std::string name) {
  const std::string call = "drain " + name;
  const auto asked = co_await request(call);
  if (!asked) co_return asked.error();
  SimMachine* machine = world_.machine(name);
  if (machine && !machine->deaf_to_drain && !machine->shuts_down_at) {
    machine->shuts_down_at = world_.now() + world_.chance().seconds(1, 20);
    world_.note(fmt::format("world: {} drains", name));
    world_.count("drained");
  }
  co_return co_await answer(call);
}

asio::awaitable<Result<>> SimProvider::destroy(std::string name) {
  const std::string call = "destroy " + name;
  const auto asked = co_await request(call);
  if (!asked) co_return asked.error();
  world_.remove(name);
  co_return co_await answer(call);
}

asio::awaitable<Result<bool>> SimProvider::retire_witness(std::string name) {
  const std::string call = "retire_witness " + name;
  const auto asked = co_await request(call);
  if (!asked) co_return asked.error();
  if (SimMachine* machine = world_.machine(name)) {
    machine->witness = false;
    world_.note(fmt::format("world: the witness on {} ends", name));
    world_.count("witness retired");
  }
  const auto answered = co_await answer(call);
  if (!answered) co_return answered.error();
  co_return true;
}

}  // namespace morpheus::sim
