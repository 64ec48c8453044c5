#pragma once

#include <nats/nats.h>

#include <memory>
#include <string>
#include <vector>

#include "common/error.hpp"
#include "daemon/nats/system_requests.hpp"

namespace morpheus {

// A blocking connection to a forest as its system user. For a thread of its own: never used on the loop.
class SystemConnection {
 public:
  // Tries the addresses one after the other, 1 s each. unavailable: none let it in.
  static Result<SystemConnection> open(const SystemAccess& access);

  // One answer within 5 s.
  Result<std::string> request(const std::string& subject, const std::string& body);

  // Every answer that comes within `patience` (and at most 1000 of them).
  Result<std::vector<std::string>> request_all(const std::string& subject, const std::string& body, Millis patience);

 private:
  struct Close {
    void operator()(natsConnection* connection) const { natsConnection_Destroy(connection); }
  };
  explicit SystemConnection(natsConnection* connection) : connection_(connection) {}
  std::unique_ptr<natsConnection, Close> connection_;
};

}  // namespace morpheus
