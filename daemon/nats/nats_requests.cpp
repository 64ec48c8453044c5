#include "daemon/nats/nats_requests.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/this_coro.hpp>
#include <chrono>
#include <memory>
#include <nlohmann/json.hpp>
#include <utility>

#include "daemon/nats/connection.hpp"
#include "daemon/nats/leader_vote.hpp"
#include "daemon/nats/removal_answer.hpp"

namespace morpheus {
namespace {

using Json = nlohmann::json;
using Connection = std::unique_ptr<NatsConnection>;

constexpr int inbox_bytes = 16;

double seconds(Millis limit) { return std::chrono::duration<double>(limit).count(); }

// To the first address that lets the user in. unavailable: none did, with the last one's reason.
asio::awaitable<Result<Connection>> connect(SystemAccess access) {
  Error error{ErrorCode::unavailable, "no address of a living server is known", ""};
  const auto executor = co_await asio::this_coro::executor;
  const auto count = std::min(access.addresses.size(), static_cast<std::size_t>(NatsRequests::max_addresses));
  for (std::size_t i = 0; i < count; ++i) {
    auto connection = std::make_unique<NatsConnection>(executor, access.addresses[i]);
    const auto opened = co_await connection->open(access.key, access.seed, NatsRequests::connect_limit);
    if (opened) co_return Result<Connection>(std::move(connection));
    error = opened.error();
  }
  co_return error;
}

asio::awaitable<Result<>> ask_removal(SystemAccess access, std::string inbox, std::string server_name) {
  const auto connection = co_await connect(std::move(access));
  if (!connection) co_return connection.error();
  NatsConnection& server = **connection;
  const std::string body = Json{{"peer", server_name}}.dump();
  std::string answer;
  const NatsConnection::Seen keep = [&answer](std::string_view text) {
    answer = text;
    return true;
  };
  const auto asked = co_await server.ask("$JS.API.SERVER.REMOVE", inbox, body, keep, NatsRequests::reply_limit, 1);
  if (!asked) co_return asked.error();
  if (*asked) co_return understand_removal(answer);
  Error late{ErrorCode::unavailable, fmt::format("{}: no whole answer within {:g} s", server.where(), seconds(NatsRequests::reply_limit)), ""};
  co_return late;
}

asio::awaitable<Result<Jsz>> ask_leader(SystemAccess access, std::string inbox) {
  LeaderVote vote(access.voters, access.members);
  const auto connection = co_await connect(std::move(access));
  if (!connection) co_return connection.error();
  NatsConnection& server = **connection;
  const NatsConnection::Seen take = [&vote](std::string_view answer) { return vote.take(answer); };
  const auto asked = co_await server.ask("$SYS.REQ.SERVER.PING.JSZ", inbox, "", take, NatsRequests::view_limit, NatsRequests::max_answers);
  if (!asked) co_return asked.error();
  auto view = vote.outcome();
  if (view) co_return view;
  Error none = view.error();
  none.message += fmt::format(" (asked through {} for {:g} s)", server.where(), seconds(NatsRequests::view_limit));
  co_return none;
}

}  // namespace

asio::awaitable<Result<>> NatsRequests::remove_peer(SystemAccess access, std::string server_name) {
  const std::string key = access.key;
  SystemAccess through = turned(std::move(access));
  auto done = co_await ask_removal(std::move(through), new_inbox(), std::move(server_name));
  if (!done) turn(key);
  co_return done;
}

asio::awaitable<Result<Jsz>> NatsRequests::leader_view(SystemAccess access) {
  const std::string key = access.key;
  SystemAccess through = turned(std::move(access));
  auto view = co_await ask_leader(std::move(through), new_inbox());
  if (!view) turn(key);
  co_return view;
}

SystemAccess NatsRequests::turned(SystemAccess access) const {
  auto& addresses = access.addresses;
  const auto found = turns_.find(access.key);
  if (addresses.empty() || found == turns_.end()) return access;
  std::rotate(addresses.begin(), addresses.begin() + static_cast<std::ptrdiff_t>(found->second % addresses.size()), addresses.end());
  return access;
}

void NatsRequests::turn(const std::string& key) {
  if (turns_.size() >= most_turns) turns_.clear();  // costs a failure each
  ++turns_[key];
}

std::string NatsRequests::new_inbox() { return "_INBOX." + ids_.random_hex(inbox_bytes); }

}  // namespace morpheus
