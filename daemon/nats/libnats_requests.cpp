#include "daemon/nats/libnats_requests.hpp"

#include <fmt/format.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <nlohmann/json.hpp>

#include "daemon/monitor/parse.hpp"
#include "daemon/nats/system_connection.hpp"

namespace morpheus {
namespace {

constexpr Millis patience{1'000};

Result<> ask_removal(const SystemAccess& access, const std::string& server_name) {
  auto connection = SystemConnection::open(access);
  if (!connection) return connection.error();
  const auto answer = connection->request("$JS.API.SERVER.REMOVE", nlohmann::json{{"peer", server_name}}.dump());
  if (!answer) return answer.error();
  const auto json = nlohmann::json::parse(*answer, nullptr, false);
  if (!json.is_object()) return Error{ErrorCode::unavailable, "the meta leader's answer is not JSON", ""};
  if (!json.contains("error")) return {};
  const auto description = json["error"].dump();
  if (description.find("not a member") != std::string::npos) return {};
  return Error{ErrorCode::unavailable, fmt::format("the meta leader refuses: {}", description), ""};
}

// The view in an answer of $SYS.REQ.SERVER.PING.JSZ if its server is the leader.
std::optional<Jsz> leaders_own(const std::string& answer) {
  const auto json = nlohmann::json::parse(answer, nullptr, false);
  if (!json.is_object() || !json.contains("server") || !json.contains("data") || !json["server"].is_object()) {
    return std::nullopt;
  }
  auto view = parse_jsz(json["data"].dump());
  const auto name = json["server"].find("name");
  if (!view || view->leader.empty() || name == json["server"].end() || *name != view->leader) return std::nullopt;
  return *std::move(view);
}

Result<Jsz> ask_leader(const SystemAccess& access) {
  auto connection = SystemConnection::open(access);
  if (!connection) return connection.error();
  const auto answers = connection->request_all("$SYS.REQ.SERVER.PING.JSZ", "{}", patience);
  if (!answers) return answers.error();
  for (const std::string& answer : *answers) {
    if (auto view = leaders_own(answer)) return *std::move(view);
  }
  return Error{ErrorCode::unavailable, "no leader of the meta group answers", ""};
}

asio::awaitable<Result<>> removal_on_worker(SystemAccess access, std::string server_name) {
  co_return ask_removal(access, server_name);
}

asio::awaitable<Result<Jsz>> leader_on_worker(SystemAccess access) { co_return ask_leader(access); }

}  // namespace

LibnatsRequests::LibnatsRequests(const asio::any_io_executor& loop) : loop_(loop) {}

LibnatsRequests::~LibnatsRequests() { worker_.join(); }

asio::awaitable<Result<>> LibnatsRequests::remove_peer(SystemAccess access, std::string server_name) {
  co_return co_await asio::co_spawn(worker_, removal_on_worker(access, server_name), asio::use_awaitable);
}

asio::awaitable<Result<Jsz>> LibnatsRequests::leader_view(SystemAccess access) {
  co_return co_await asio::co_spawn(worker_, leader_on_worker(access), asio::use_awaitable);
}

}  // namespace morpheus
