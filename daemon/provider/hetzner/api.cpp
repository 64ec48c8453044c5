#include "daemon/provider/hetzner/api.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "daemon/provider/hetzner/json.hpp"

namespace morpheus::hetzner {
namespace {

constexpr int tries_when_limited = 3;
constexpr Millis least_pause_when_limited{1'000};
constexpr int largest_page = 50;
constexpr std::size_t longest_message = 300;

ApiError refusal(const std::string& what, const ApiAnswer& answer) {
  const auto body = nlohmann::json::parse(answer.body, nullptr, false);
  ApiError error;
  error.status = answer.status;
  error.code = text_at(body, "error.code");
  error.fault = classify(error.status, error.code);
  std::string said = text_at(body, "error.message").substr(0, longest_message);
  if (said.empty()) said = fmt::format("HTTP status {}", answer.status);
  error.message = fmt::format("{}: {}{}{}", what, said, error.code.empty() ? "" : " (" + error.code + ")",
                              answer.correlation_id.empty() ? "" : ", correlation id " + answer.correlation_id);
  return error;
}

}  // namespace

asio::awaitable<ApiResult<nlohmann::json>> Api::get(std::string path, Urgency urgency) {
  co_return co_await call("GET", path, "", urgency);
}

asio::awaitable<ApiResult<nlohmann::json>> Api::post(std::string path, nlohmann::json body, Urgency urgency) {
  co_return co_await call("POST", path, body.dump(), urgency);
}

asio::awaitable<ApiResult<nlohmann::json>> Api::put(std::string path, nlohmann::json body, Urgency urgency) {
  co_return co_await call("PUT", path, body.dump(), urgency);
}

asio::awaitable<ApiResult<nlohmann::json>> Api::remove(std::string path) {
  co_return co_await call("DELETE", path, "", Urgency::deleting);
}

asio::awaitable<ApiResult<std::vector<nlohmann::json>>> Api::list(std::string key, std::string query,
                                                                  Urgency urgency) {
  std::vector<nlohmann::json> all;
  std::int64_t page = 1;
  for (int pages = 0; page != 0; ++pages) {
    if (pages == most_pages) {
      ApiError error{Fault::other, 0, "", fmt::format("/{} has more than {} pages", key, most_pages)};
      co_return error;
    }
    const auto path = fmt::format("/{}?{}{}page={}&per_page={}", key, query, query.empty() ? "" : "&", page, largest_page);
    auto answer = co_await get(path, urgency);
    if (!answer) co_return answer.error();
    for (const auto& each : list_at(*answer, key)) all.push_back(each);
    const auto next = id_at(*answer, "meta.pagination.next_page");
    page = next > page ? next : 0;
  }
  co_return ApiResult<std::vector<nlohmann::json>>(boost::system::in_place_value, std::move(all));
}

asio::awaitable<ApiResult<nlohmann::json>> Api::call(std::string method, std::string path, std::string body,
                                                     Urgency urgency) {
  for (int tries = 1;; ++tries) {
    const Millis wait = budget_.wait_for(urgency);
    if (wait > longest_wait) {
      ApiError error{Fault::rate_limited, 0, "",
                     fmt::format("{} {}: the account's calls are used up, for {} s", method, path, wait.count() / 1000)};
      co_return error;
    }
    if (wait > Millis{0}) {
      spdlog::warn("{} {} waits {} s: the account's calls are used up", method, path, wait.count() / 1000);
      co_await clock_.sleep_for(wait);
    }
    auto answer = co_await once(method, path, body);
    const bool limited = !answer && answer.error().fault == Fault::rate_limited;
    if (!limited || tries == tries_when_limited) co_return answer;
    const Millis pause = least_pause_when_limited * tries;
    spdlog::warn("{}; again in {} s at the earliest", answer.error().message, pause.count() / 1000);
    co_await clock_.sleep_for(pause);
  }
}

asio::awaitable<ApiResult<nlohmann::json>> Api::once(std::string method, std::string path, std::string body) {
  const std::string what = method + " " + path.substr(0, path.find('?'));
  ApiRequest request;
  request.method = method;
  request.target = path;
  request.body = body;
  budget_.spend();
  const auto answer = co_await client_.request(request);
  if (!answer) {
    const bool sent = answer.error().code == ErrorCode::ambiguous;
    ApiError error{sent ? Fault::ambiguous : Fault::other, 0, "", what + ": " + describe(answer.error())};
    co_return error;
  }
  if (answer->rate_remaining) budget_.learn(*answer->rate_remaining);
  if (!answer->rate_remaining && answer->status == 429) budget_.learn(0);
  if (answer->status < 200 || answer->status > 299) {
    const ApiError error = refusal(what, *answer);
    spdlog::debug("{}", error.message);
    co_return error;
  }
  if (answer->body.empty()) co_return ApiResult<nlohmann::json>(boost::system::in_place_value, nlohmann::json::object());
  auto json = nlohmann::json::parse(answer->body, nullptr, false);
  if (json.is_discarded() || !json.is_object()) {
    ApiError error{Fault::ambiguous, answer->status, "", what + ": the answer is not JSON"};
    co_return error;
  }
  co_return ApiResult<nlohmann::json>(boost::system::in_place_value, std::move(json));
}

std::string query_value(const std::string& text) {
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
                       c == '_' || c == '~';
    out += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return out;
}

}  // namespace morpheus::hetzner
