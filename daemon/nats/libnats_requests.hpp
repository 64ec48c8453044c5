#pragma once

#include <boost/asio/thread_pool.hpp>

#include "daemon/nats/system_requests.hpp"

namespace morpheus {

// System requests over libnats. Its calls block, so they run on a thread of this object, one request after
// another; answers come back to the awaiting coroutine's executor. A request takes 8 s at most.
class LibnatsRequests : public SystemRequests {
 public:
  static constexpr Millis connect_limit{1'000};  // for one address
  static constexpr int max_addresses = 3;        // tried one after another
  static constexpr Millis reply_limit{5'000};
  static constexpr Millis view_limit{2'000};  // for the leader to be among those that answer
  static constexpr int max_answers = 4'096;   // of servers to one question

  LibnatsRequests() : thread_(1) {}

  // Waits for the request that is under way; those that wait behind it are dropped.
  ~LibnatsRequests() override = default;

  asio::awaitable<Result<>> remove_peer(SystemAccess access, std::string server_name) override;
  asio::awaitable<Result<Jsz>> leader_view(SystemAccess access) override;

 private:
  // Another server is asked first after each failure: one that takes requests and does not answer is not asked for ever.
  SystemAccess turned(SystemAccess access) const;

  asio::thread_pool thread_;
  std::size_t turn_ = 0;
};

}  // namespace morpheus
