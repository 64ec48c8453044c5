#include "daemon/nats/libnats_requests.hpp"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cstddef>
#include <nlohmann/json.hpp>

#include "daemon/nats/connection.hpp"
#include "daemon/nats/leader_vote.hpp"
#include "daemon/nats/removal_answer.hpp"

namespace morpheus {
namespace {

using Json = nlohmann::json;

Result<NatsConnection> connect(const SystemAccess& access) {
  return NatsConnection::open(access, LibnatsRequests::max_addresses, LibnatsRequests::connect_limit);
}

// The two below block: for the object's own thread.

Result<> ask_removal(const SystemAccess& access, const std::string& server_name) {
  auto connection = connect(access);
  if (!connection) return connection.error();
  const std::string body = Json{{"peer", server_name}}.dump();
  const auto answer = connection->request("$JS.API.SERVER.REMOVE", body, LibnatsRequests::reply_limit);
  if (!answer) return answer.error();
  return understand_removal(*answer);
}

Result<Jsz> ask_leader(const SystemAccess& access) {
  auto connection = connect(access);
  if (!connection) return connection.error();
  LeaderVote vote(access.voters, access.members);
  const auto take = [&vote](std::string_view answer) { return vote.take(answer); };
  const auto asked = connection->ask_all("$SYS.REQ.SERVER.PING.JSZ", take, LibnatsRequests::view_limit,
                                         LibnatsRequests::max_answers);
  if (!asked) return asked.error();
  return vote.outcome();
}

asio::awaitable<Result<>> removal(SystemAccess access, std::string server_name) {
  co_return ask_removal(access, server_name);
}

asio::awaitable<Result<Jsz>> leader(SystemAccess access) { co_return ask_leader(access); }

}  // namespace

asio::awaitable<Result<>> LibnatsRequests::remove_peer(SystemAccess access, std::string server_name) {
  auto work = removal(turned(std::move(access)), std::move(server_name));
  auto done = co_await asio::co_spawn(thread_, std::move(work), asio::use_awaitable);
  if (!done) ++turn_;
  co_return done;
}

asio::awaitable<Result<Jsz>> LibnatsRequests::leader_view(SystemAccess access) {
  auto work = leader(turned(std::move(access)));
  auto view = co_await asio::co_spawn(thread_, std::move(work), asio::use_awaitable);
  if (!view) ++turn_;
  co_return view;
}

SystemAccess LibnatsRequests::turned(SystemAccess access) const {
  auto& addresses = access.addresses;
  if (!addresses.empty()) std::rotate(addresses.begin(), addresses.begin() + static_cast<std::ptrdiff_t>(turn_ % addresses.size()), addresses.end());
  return access;
}

}  // namespace morpheus
