#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstddef>
#include <cstdint>
#include <map>
#include <utility>

#include "daemon/control/limits.hpp"
#include "daemon/runtime/signal.hpp"

namespace morpheus {

// Bytes of answers that are made, and that their clients have not taken yet.
class Unread {
 public:
  Unread(const asio::any_io_executor& executor, const ControlLimits& limits) : limits_(limits), taken_(executor) {}

  // An answer of that size is kept in memory for as long as this lives.
  class Kept {
   public:
    Kept(Unread& unread, std::int64_t uid, std::size_t bytes) : unread_(&unread), uid_(uid), bytes_(bytes) {}
    Kept(Kept&& other) noexcept : unread_(std::exchange(other.unread_, nullptr)), uid_(other.uid_), bytes_(other.bytes_) {}
    Kept& operator=(Kept&&) = delete;
    ~Kept() {
      if (unread_) unread_->forget(uid_, bytes_);
    }

   private:
    Unread* unread_;
    std::int64_t uid_;
    std::size_t bytes_;
  };

  Kept keep(std::int64_t uid, std::size_t bytes);

  // Returns when another answer may be made for this user: its clients, and all together, have read enough. One that has nothing
  // unread is never kept waiting by others.
  asio::awaitable<void> room(std::int64_t uid);

  // Another answer may be made for this user now.
  bool has_room(std::int64_t uid) const;


 private:
  void forget(std::int64_t uid, std::size_t bytes);

  const ControlLimits limits_;
  std::size_t all_ = 0;
  std::map<std::int64_t, std::size_t> of_user_;
  Signal taken_;
};

}  // namespace morpheus
