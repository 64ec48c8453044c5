#include "tests/sim/sim_board.hpp"

namespace morpheus::sim {

asio::awaitable<Result<>> SimBoard::travel(double loss, std::string call) {
  Chance& chance = world_.chance();
  const bool slow = chance.happens(world_.faults.slow);
  if (slow) world_.count("lease board slow");
  const Millis pause = slow ? chance.seconds(1, 30) : Millis{chance.between(5, 150)};
  co_await clock_.sleep_for(pause);
  if (!chance.happens(loss)) co_return Result<>{};
  world_.count("lease board lost a call");
  Error error{ErrorCode::unavailable, call + ": the provider cannot be reached", ""};
  co_return error;
}

asio::awaitable<Result<std::vector<Posting>>> SimBoard::read(Urgency) {
  const std::string call = "look who acts";
  const auto asked = co_await travel(world_.faults.error_before, call);
  if (!asked) co_return asked.error();
  auto postings = leases_.postings();
  const auto answered = co_await travel(world_.faults.lost_answer, call);
  if (!answered) co_return answered.error();
  co_return Result<std::vector<Posting>>{std::move(postings)};
}

asio::awaitable<Result<bool>> SimBoard::write(std::string place, Lease lease, Urgency) {
  const std::string call = "post a lease on " + place;
  const auto asked = co_await travel(world_.faults.error_before, call);
  if (!asked) co_return asked.error();
  const bool posted = leases_.post(place, lease);
  const auto answered = co_await travel(world_.faults.lost_answer, call);
  if (!answered) co_return answered.error();
  co_return Result<bool>{posted};
}

}  // namespace morpheus::sim
