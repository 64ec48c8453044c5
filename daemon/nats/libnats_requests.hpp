#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/thread_pool.hpp>

#include "daemon/nats/system_requests.hpp"

namespace morpheus {

// System requests over libnats. Its calls block, so they run on a thread of their own, one at a time and each within
// bounds; the answers come back to the loop. A cancelled caller is resumed only after its call has returned.
class LibnatsRequests : public SystemRequests {
 public:
  explicit LibnatsRequests(const asio::any_io_executor& loop);
  ~LibnatsRequests() override;

  asio::awaitable<Result<>> remove_peer(SystemAccess access, std::string server_name) override;
  asio::awaitable<Result<Jsz>> leader_view(SystemAccess access) override;

 private:
  asio::any_io_executor loop_;
  asio::thread_pool worker_{1};
};

}  // namespace morpheus
