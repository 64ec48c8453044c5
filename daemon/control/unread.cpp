#include "daemon/control/unread.hpp"

namespace morpheus {

bool Unread::has_room(std::int64_t uid) const {
  const auto own = of_user_.find(uid);
  return own == of_user_.end() || (own->second < limits_.unread_a_user && all_ < limits_.unread);
}

asio::awaitable<void> Unread::room(std::int64_t uid) {
  while (!has_room(uid)) {
    const auto seen = taken_.count();
    co_await taken_.wait_past(seen);
  }
}

Unread::Kept Unread::keep(std::int64_t uid, std::size_t bytes) {
  all_ += bytes;
  of_user_[uid] += bytes;
  return Kept(*this, uid, bytes);
}

void Unread::forget(std::int64_t uid, std::size_t bytes) {
  all_ -= bytes;
  const auto own = of_user_.find(uid);
  if (own == of_user_.end()) return;
  own->second -= bytes;
  if (own->second == 0) of_user_.erase(own);
  taken_.notify();
}

}  // namespace morpheus
