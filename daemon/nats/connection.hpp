#pragma once

#include <nats/nats.h>

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "common/error.hpp"
#include "daemon/nats/system_requests.hpp"

namespace morpheus {

// A blocking connection of the system user to a server of a forest. Lives for one request.
class NatsConnection {
 public:
  // Connects to the first address that takes it. unavailable: none did, with the last one's reason.
  static Result<NatsConnection> open(const SystemAccess& access, int max_addresses, Millis limit_each);

  // The one answer to a request. unavailable: none within `limit`.
  Result<std::string> request(const std::string& subject, const std::string& body, Millis limit);

  // Gives each server's answer to `seen` until that returns true, `limit` has passed or `max_answers` came.
  // True if `seen` did. The connection is closed then.
  Result<bool> ask_all(const std::string& subject, const std::function<bool(std::string_view)>& seen,
                       Millis limit, int max_answers);

 private:
  struct Close {
    void operator()(natsConnection* connection) const { natsConnection_Destroy(connection); }
  };

  explicit NatsConnection(natsConnection* connection) : connection_(connection) {}

  std::unique_ptr<natsConnection, Close> connection_;
};

}  // namespace morpheus
