#include "daemon/nats/libnats_requests.hpp"

#include <fmt/format.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <nlohmann/json.hpp>
#include <optional>

#include "daemon/monitor/parse.hpp"
#include "daemon/nats/connection.hpp"

namespace morpheus {
namespace {

using Json = nlohmann::json;

constexpr int no_such_peer = 10044;  // err_code: "server is not a member of the cluster"

Result<NatsConnection> connect(const SystemAccess& access) {
  return NatsConnection::open(access, LibnatsRequests::max_addresses, LibnatsRequests::connect_limit);
}

Result<> understand_removal(const std::string& answer) {
  const Json json = Json::parse(answer, nullptr, false);
  if (!json.is_object()) return Error{ErrorCode::failed, "the meta leader's answer is no JSON object", ""};
  const auto success = json.find("success");
  if (success != json.end() && success->is_boolean() && success->get<bool>()) return {};
  const auto error = json.find("error");
  if (error == json.end() || !error->is_object()) {
    return Error{ErrorCode::failed, "the meta leader neither removed the peer nor said why", ""};
  }
  const auto code = error->find("err_code");
  if (code != error->end() && code->is_number_integer() && code->get<std::int64_t>() == no_such_peer)
    return {};
  const auto why = error->find("description");
  return Error{ErrorCode::failed,
               fmt::format("the meta leader refused: {}",
                           why != error->end() && why->is_string() ? why->get<std::string>() : error->dump()),
               ""};
}

// The answer's view of the meta group if it comes from the leader itself.
std::optional<Jsz> view_of_leader(std::string_view answer) {
  const Json json = Json::parse(answer, nullptr, false);
  if (!json.is_object()) return std::nullopt;
  const auto server = json.find("server");
  const auto data = json.find("data");
  if (server == json.end() || data == json.end() || !server->is_object() || !data->is_object())
    return std::nullopt;
  const auto name = server->find("name");
  if (name == server->end() || !name->is_string()) return std::nullopt;
  auto view = parse_jsz(data->dump());
  if (!view || view->leader.empty() || view->leader != name->get<std::string>()) return std::nullopt;
  return *std::move(view);
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
  std::optional<Jsz> view;
  const auto is_leader = [&view](std::string_view answer) {
    view = view_of_leader(answer);
    return view.has_value();
  };
  const auto asked = connection->ask_all("$SYS.REQ.SERVER.PING.JSZ", is_leader, LibnatsRequests::view_limit,
                                         LibnatsRequests::max_answers);
  if (!asked) return asked.error();
  if (!view) return Error{ErrorCode::unavailable, "no server says that it leads the meta group", ""};
  return *std::move(view);
}

asio::awaitable<Result<>> removal(SystemAccess access, std::string server_name) {
  co_return ask_removal(access, server_name);
}

asio::awaitable<Result<Jsz>> leader(SystemAccess access) { co_return ask_leader(access); }

}  // namespace

asio::awaitable<Result<>> LibnatsRequests::remove_peer(SystemAccess access, std::string server_name) {
  auto work = removal(std::move(access), std::move(server_name));
  co_return co_await asio::co_spawn(thread_, std::move(work), asio::use_awaitable);
}

asio::awaitable<Result<Jsz>> LibnatsRequests::leader_view(SystemAccess access) {
  auto work = leader(std::move(access));
  co_return co_await asio::co_spawn(thread_, std::move(work), asio::use_awaitable);
}

}  // namespace morpheus
