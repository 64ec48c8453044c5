#include "daemon/nats/connection.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "daemon/image/nats_conf.hpp"

namespace morpheus {
namespace {

constexpr int most_pending_bytes = 16 << 20;  // answers that wait to be read: what comes beyond is dropped

struct FreeOptions {
  void operator()(natsOptions* options) const { natsOptions_Destroy(options); }
};
struct FreeMessage {
  void operator()(natsMsg* message) const { natsMsg_Destroy(message); }
};
struct FreeSubscription {
  void operator()(natsSubscription* subscription) const { natsSubscription_Destroy(subscription); }
};
struct FreeInbox {
  void operator()(char* inbox) const { natsInbox_Destroy(inbox); }
};
using Message = std::unique_ptr<natsMsg, FreeMessage>;

Error unavailable(const std::string& what, natsStatus status) {
  return Error{ErrorCode::unavailable, fmt::format("{}: {}", what, natsStatus_GetText(status)), ""};
}

// libnats 3.4.1 frees a subscription under the hands of its thread that still delivers to it (seen: "corrupted double-linked list", an
// abort in natsConn_processMsg, a hang). The connection is closed first, and that thread with it.
class CloseBefore {
 public:
  explicit CloseBefore(natsConnection* connection) : connection_(connection) {}
  CloseBefore(const CloseBefore&) = delete;
  CloseBefore& operator=(const CloseBefore&) = delete;
  ~CloseBefore() { natsConnection_Close(connection_); }

 private:
  natsConnection* connection_;
};

// The first failure of a row of calls.
class Steps {
 public:
  template <class Call, class... Arguments>
  void take(Call call, Arguments... arguments) {
    if (status_ == NATS_OK) status_ = call(arguments...);
  }
  natsStatus status() const { return status_; }

 private:
  natsStatus status_ = NATS_OK;
};

std::string_view body_of(const Message& message) {
  return {natsMsg_GetData(message.get()), static_cast<std::size_t>(natsMsg_GetDataLength(message.get()))};
}

// Signs what the server asks to be signed; libnats' shape.
natsStatus sign_nonce(char** error, unsigned char** signature, int* length, const char* nonce, void* seed) {
  *error = nullptr;
  return nats_Sign(static_cast<const char*>(seed), nonce, signature, length);
}

natsStatus connect(natsConnection** connection, const std::string& url, const SystemAccess& access, Millis limit) {
  natsOptions* raw = nullptr;
  const natsStatus made = natsOptions_Create(&raw);
  if (made != NATS_OK) return made;
  const std::unique_ptr<natsOptions, FreeOptions> options(raw);
  Steps steps;
  steps.take(natsOptions_SetURL, raw, url.c_str());
  std::string seed = access.seed;
  steps.take(natsOptions_SetNKey, raw, access.key.c_str(), sign_nonce, static_cast<void*>(seed.data()));
  steps.take(natsOptions_SetTimeout, raw, static_cast<std::int64_t>(limit.count()));
  steps.take(natsOptions_SetAllowReconnect, raw, false);
  steps.take(natsOptions_SetName, raw, "morpheusd");
  steps.take(natsConnection_Connect, connection, raw);
  return steps.status();
}

}  // namespace

Result<NatsConnection> NatsConnection::open(const SystemAccess& access, int max_addresses,
                                            Millis limit_each) {
  Error error{ErrorCode::unavailable, "no address of a living server is known", ""};
  const auto count = std::min(access.addresses.size(), static_cast<std::size_t>(max_addresses));
  for (std::size_t i = 0; i < count; ++i) {
    const auto where = host_port(access.addresses[i], client_port);
    natsConnection* connection = nullptr;
    const natsStatus status = connect(&connection, "nats://" + where, access, limit_each);
    if (status == NATS_OK) return NatsConnection(connection);
    error = unavailable(where, status);
  }
  return error;
}

Result<std::string> NatsConnection::request(const std::string& subject, const std::string& body,
                                            Millis limit) {
  natsMsg* raw = nullptr;
  const natsStatus status =
      natsConnection_RequestString(&raw, connection_.get(), subject.c_str(), body.c_str(), limit.count());
  const Message message(raw);
  if (status != NATS_OK) return unavailable(subject, status);
  return std::string(body_of(message));
}

Result<bool> NatsConnection::ask_all(const std::string& subject,
                                     const std::function<bool(std::string_view)>& seen, Millis limit,
                                     int max_answers) {
  char* raw_inbox = nullptr;
  natsSubscription* raw_answers = nullptr;
  Steps steps;
  steps.take(natsInbox_Create, &raw_inbox);
  const std::unique_ptr<char, FreeInbox> inbox(raw_inbox);
  steps.take(natsConnection_SubscribeSync, &raw_answers, connection_.get(),
             static_cast<const char*>(raw_inbox));
  const std::unique_ptr<natsSubscription, FreeSubscription> answers(raw_answers);
  const CloseBefore closed(connection_.get());
  steps.take(natsSubscription_SetPendingLimits, raw_answers, max_answers, most_pending_bytes);
  steps.take(natsConnection_PublishRequestString, connection_.get(), subject.c_str(),
             static_cast<const char*>(raw_inbox), "");
  if (steps.status() != NATS_OK) return unavailable(subject, steps.status());

  const std::int64_t deadline = nats_Now() + limit.count();
  for (int i = 0; i < max_answers; ++i) {
    natsMsg* raw = nullptr;
    const std::int64_t left = std::max<std::int64_t>(deadline - nats_Now(), 1);
    const natsStatus status = natsSubscription_NextMsg(&raw, answers.get(), left);
    const Message message(raw);
    if (status == NATS_TIMEOUT) return false;
    if (status != NATS_OK) return unavailable(subject, status);
    if (seen(body_of(message))) return true;
    if (nats_Now() >= deadline) return false;
  }
  return false;
}

}  // namespace morpheus
