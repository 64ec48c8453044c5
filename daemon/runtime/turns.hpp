#pragma once

#include <cstdint>
#include <set>
#include <utility>

#include "daemon/runtime/signal.hpp"

namespace morpheus {

// One at a time for each key: who takes a turn waits until the one before has given it back.
class Turns {
 public:
  explicit Turns(const asio::any_io_executor& executor) : given_back_(executor) {}

  // Given back when it is destroyed.
  class Turn {
   public:
    Turn() = default;
    Turn(Turns& turns, std::int64_t key) : turns_(&turns), key_(key) {}
    Turn(Turn&& other) noexcept : turns_(std::exchange(other.turns_, nullptr)), key_(other.key_) {}
    Turn& operator=(Turn&&) = delete;
    ~Turn() {
      if (turns_) turns_->give_back(key_);
    }

   private:
    Turns* turns_ = nullptr;
    std::int64_t key_ = 0;
  };

  // Throws system_error(operation_aborted) when cancelled.
  asio::awaitable<Turn> take(std::int64_t key);

 private:
  void give_back(std::int64_t key);

  std::set<std::int64_t> taken_;
  Signal given_back_;
};

}  // namespace morpheus
