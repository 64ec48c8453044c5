#include "daemon/runtime/turns.hpp"

namespace morpheus {

asio::awaitable<Turns::Turn> Turns::take(std::int64_t key) {
  while (taken_.contains(key)) {
    const auto seen = given_back_.count();
    co_await given_back_.wait_past(seen);
  }
  taken_.insert(key);
  co_return Turn(*this, key);
}

void Turns::give_back(std::int64_t key) {
  taken_.erase(key);
  given_back_.notify();
}

}  // namespace morpheus
