#include "daemon/nats/system_connection.hpp"

#include <fmt/format.h>

#include <chrono>

#include "daemon/image/nats_conf.hpp"

namespace morpheus {
namespace {

constexpr std::int64_t connect_timeout_ms = 1'000;
constexpr std::int64_t request_timeout_ms = 5'000;
constexpr std::size_t most_answers = 1'000;

struct DestroyOptions {
  void operator()(natsOptions* options) const { natsOptions_Destroy(options); }
};
struct DestroyMessage {
  void operator()(natsMsg* message) const { natsMsg_Destroy(message); }
};
struct DestroySubscription {
  void operator()(natsSubscription* subscription) const { natsSubscription_Destroy(subscription); }
};
using Options = std::unique_ptr<natsOptions, DestroyOptions>;
using Message = std::unique_ptr<natsMsg, DestroyMessage>;
using Subscription = std::unique_ptr<natsSubscription, DestroySubscription>;

Error unavailable(const std::string& what, natsStatus status) {
  return Error{ErrorCode::unavailable, fmt::format("{}: {}", what, natsStatus_GetText(status)), ""};
}

std::string text_of(natsMsg* message) {
  return {natsMsg_GetData(message), static_cast<std::size_t>(natsMsg_GetDataLength(message))};
}

natsStatus connect(const std::string& address, const std::string& password, natsConnection** connection) {
  natsOptions* raw = nullptr;
  natsStatus status = natsOptions_Create(&raw);
  const Options options(raw);
  const std::string url = "nats://" + host_port(address, client_port);
  if (status == NATS_OK) status = natsOptions_SetURL(raw, url.c_str());
  if (status == NATS_OK) status = natsOptions_SetUserInfo(raw, "system", password.c_str());
  if (status == NATS_OK) status = natsOptions_SetTimeout(raw, connect_timeout_ms);
  if (status == NATS_OK) status = natsOptions_SetAllowReconnect(raw, false);
  if (status == NATS_OK) status = natsConnection_Connect(connection, raw);
  return status;
}

}  // namespace

Result<SystemConnection> SystemConnection::open(const SystemAccess& access) {
  Error error{ErrorCode::unavailable, "no server to ask", ""};
  for (const std::string& address : access.addresses) {
    natsConnection* connection = nullptr;
    const natsStatus status = connect(address, access.password, &connection);
    if (status == NATS_OK) return SystemConnection(connection);
    error = unavailable(fmt::format("{} does not let the system user in", address), status);
  }
  return error;
}

Result<std::string> SystemConnection::request(const std::string& subject, const std::string& body) {
  natsMsg* raw = nullptr;
  const natsStatus status = natsConnection_Request(&raw, connection_.get(), subject.c_str(), body.data(),
                                                   static_cast<int>(body.size()), request_timeout_ms);
  const Message message(raw);
  if (status != NATS_OK) return unavailable(subject, status);
  return text_of(raw);
}

Result<std::vector<std::string>> SystemConnection::request_all(const std::string& subject, const std::string& body,
                                                               Millis patience) {
  natsInbox* inbox = nullptr;
  natsStatus status = natsInbox_Create(&inbox);
  if (status != NATS_OK) return unavailable(subject, status);
  const std::string reply = inbox;
  natsInbox_Destroy(inbox);
  natsSubscription* raw = nullptr;
  status = natsConnection_SubscribeSync(&raw, connection_.get(), reply.c_str());
  const Subscription subscription(raw);
  if (status == NATS_OK) {
    status = natsConnection_PublishRequest(connection_.get(), subject.c_str(), reply.c_str(), body.data(),
                                           static_cast<int>(body.size()));
  }
  if (status != NATS_OK) return unavailable(subject, status);

  std::vector<std::string> answers;
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (answers.size() < most_answers) {
    const auto left = std::chrono::duration_cast<Millis>(deadline - std::chrono::steady_clock::now());
    natsMsg* message = nullptr;
    if (left <= Millis{0} || natsSubscription_NextMsg(&message, raw, left.count()) != NATS_OK) break;
    answers.push_back(text_of(message));
    natsMsg_Destroy(message);
  }
  return answers;
}

}  // namespace morpheus
