#include "tests/tools/forest_tool/cross.hpp"

#include <fmt/format.h>

#include <chrono>
#include <iostream>
#include <random>

#include "tests/tools/forest_tool/client.hpp"

namespace morpheus {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::int64_t listen_ms = 100;  // interest may still be on its way: the next publish finds it

Result<int> publish_until_heard(const CrossOptions& options, StopSignal& stop, const std::string& word) {
  const auto publisher = Client::connect(options.publish_url);
  if (!publisher) return publisher.error();
  const auto subscriber = Client::connect(options.subscribe_url);
  if (!subscriber) return subscriber.error();
  const auto subject = "cross." + word;
  natsSubscription* raw = nullptr;
  auto status = natsConnection_SubscribeSync(&raw, subscriber->connection(), subject.c_str());
  const Subscription subscription(raw);
  if (status != NATS_OK) return nats_error("cannot subscribe at " + options.subscribe_url, status);
  const auto subscribed = subscriber->flush();
  if (!subscribed) return subscribed.error();
  const auto limit = Clock::now() + std::chrono::duration_cast<Clock::duration>(
                                        std::chrono::duration<double>(options.seconds));
  for (int sent = 1; Clock::now() < limit && !stop.stopped(); ++sent) {
    status = natsConnection_PublishString(publisher->connection(), subject.c_str(), word.c_str());
    if (status != NATS_OK) return nats_error("cannot publish at " + options.publish_url, status);
    const auto published = publisher->flush();
    if (!published) return published.error();
    natsMsg* heard = nullptr;
    status = natsSubscription_NextMsg(&heard, raw, listen_ms);
    const Message message(heard);
    if (status == NATS_OK && natsMsg_GetData(heard) == word) return sent;
    if (status != NATS_OK && status != NATS_TIMEOUT)
      return nats_error("cannot listen at " + options.subscribe_url, status);
  }
  return Error{ErrorCode::failed, fmt::format("nothing was heard within {} s", options.seconds), ""};
}

}  // namespace

int cross(const CrossOptions& options, StopSignal& stop) {
  const auto word = fmt::format("{:x}", std::mt19937_64{std::random_device{}()}());
  const auto started = Clock::now();
  const auto heard = publish_until_heard(options, stop, word);
  if (!heard) {
    std::cerr << fmt::format("{} -> {}: {}\n", options.publish_url, options.subscribe_url,
                             describe(heard.error()));
    return 1;
  }
  const std::chrono::duration<double, std::milli> took = Clock::now() - started;
  std::cout << fmt::format("{} -> {}: \"{}\" heard after {:.0f} ms, published {} times\n",
                           options.publish_url, options.subscribe_url, word, took.count(), *heard);
  return 0;
}

}  // namespace morpheus
