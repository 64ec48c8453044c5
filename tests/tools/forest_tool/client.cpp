#include "tests/tools/forest_tool/client.hpp"

#include <fmt/format.h>

namespace morpheus {

Error nats_error(const std::string& what, natsStatus status) {
  return {ErrorCode::unavailable, fmt::format("{}: {}", what, natsStatus_GetText(status)), ""};
}

Result<Client> Client::connect(const std::string& url) {
  natsOptions* raw_options = nullptr;
  natsStatus status = natsOptions_Create(&raw_options);
  const std::unique_ptr<natsOptions, Destroy<natsOptions, natsOptions_Destroy>> options(raw_options);
  if (status == NATS_OK) status = natsOptions_SetURL(raw_options, url.c_str());
  if (status == NATS_OK) status = natsOptions_SetTimeout(raw_options, connect_limit_ms);
  if (status == NATS_OK) status = natsOptions_SetAllowReconnect(raw_options, false);
  natsConnection* raw_connection = nullptr;
  if (status == NATS_OK) status = natsConnection_Connect(&raw_connection, raw_options);
  Connection connection(raw_connection);
  if (status != NATS_OK) return nats_error("cannot connect to " + url, status);
  jsOptions limits;
  jsOptions_Init(&limits);
  limits.Wait = answer_limit_ms;
  jsCtx* raw_jetstream = nullptr;
  status = natsConnection_JetStream(&raw_jetstream, raw_connection, &limits);
  JetStream jetstream(raw_jetstream);
  if (status != NATS_OK) return nats_error("no JetStream context", status);
  return Client(std::move(connection), std::move(jetstream));
}

Result<> Client::flush() const {
  const auto status = natsConnection_FlushTimeout(connection_.get(), answer_limit_ms);
  if (status == NATS_OK) return {};
  return nats_error("the server does not answer", status);
}

}  // namespace morpheus
