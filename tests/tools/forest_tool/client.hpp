#pragma once

#include <nats/nats.h>

#include <cstdint>
#include <memory>
#include <string>

#include "common/error.hpp"

namespace morpheus {

template <class T, void (*free)(T*)>
struct Destroy {
  void operator()(T* object) const { free(object); }
};
using Subscription = std::unique_ptr<natsSubscription, Destroy<natsSubscription, natsSubscription_Destroy>>;
using Message = std::unique_ptr<natsMsg, Destroy<natsMsg, natsMsg_Destroy>>;

inline constexpr std::int64_t connect_limit_ms = 2'000;
inline constexpr std::int64_t answer_limit_ms = 2'000;

// One connection of libnats to one server. It never reconnects by itself: who uses it sees that it is closed.
class Client {
 public:
  static Result<Client> connect(const std::string& url);

  natsConnection* connection() const { return connection_.get(); }
  jsCtx* jetstream() const { return jetstream_.get(); }
  bool closed() const { return natsConnection_IsClosed(connection_.get()); }

  // Everything sent so far has reached the server; an error after two seconds.
  Result<> flush() const;

 private:
  using Connection = std::unique_ptr<natsConnection, Destroy<natsConnection, natsConnection_Destroy>>;
  using JetStream = std::unique_ptr<jsCtx, Destroy<jsCtx, jsCtx_Destroy>>;
  Client(Connection connection, JetStream jetstream)
      : connection_(std::move(connection)), jetstream_(std::move(jetstream)) {}

  Connection connection_;
  JetStream jetstream_;
};

Error nats_error(const std::string& what, natsStatus status);

}  // namespace morpheus
