#include "daemon/provider/hetzner/api/api_reader.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "common/decode/text.hpp"

namespace morpheus::hetzner {
namespace {

constexpr int tries_when_limited = 3;
constexpr Millis least_pause_when_limited{1'000};

ApiError refusal(const std::string& call, const ApiAnswer& answer) {
  const auto said = decode(sender_of(call), answer.body, answer_bounds, read_error);
  const ErrorBody body = said ? *said : ErrorBody{};  // a gateway's page has none
  ApiError error;
  error.status = answer.status;
  error.code = body.code;
  error.fault = classify(error.status, error.code, body.message);
  const auto correlation_id = clean(answer.correlation_id, longest_api_word);
  error.message = fmt::format("{}: {}{}{}", call, body.message.empty() ? fmt::format("HTTP status {}", answer.status) : body.message,
                              body.code.empty() ? "" : " (" + body.code + ")",
                              correlation_id.empty() ? "" : ", correlation id " + correlation_id);
  return error;
}

// A deletion's "not found" is believed only if a look at the thing says so too: what is there all along goes on costing.
ApiError unless_found(const ApiError& missing, const ApiResult<std::string>& looked) {
  if (looked) return ApiError{Fault::busy, 0, "", fmt::format("{}, and a look at it finds it", missing.message)};
  return looked.error().fault == Fault::not_found ? missing : looked.error();
}

// Whoever only looks does not wait: operations would have to wait with it.
ApiError kept_for_work(const std::string& method, const std::string& path, Millis wait) {
  const auto seconds = (wait.count() + 999) / 1000;
  return {Fault::rate_limited, 0, "",
          fmt::format("{} {}: the calls that are left to the account are kept for operations; ask again in {} s", method,
                      path.substr(0, path.find('?')), seconds)};
}

}  // namespace

asio::awaitable<void> ApiReader::pause_before_reading_again(std::string flaw) {
  spdlog::warn("{}; read again in {} s", flaw, reading_pause.count() / 1000);
  co_await clock_.sleep_for(reading_pause);
}

asio::awaitable<ApiResult<std::string>> ApiReader::call(std::string method, std::string path, std::string body, Urgency urgency, Permit* permit) {
  for (int tries = 1;; ++tries) {
    const Millis wait = budget_.wait_for(urgency);
    if (urgency == Urgency::reading && wait > Millis{0}) co_return kept_for_work(method, path, wait);
    if (wait > longest_wait) {
      ApiError error{Fault::rate_limited, 0, "",
                     fmt::format("{} {}: the account's calls are used up, for {} s", method, path, wait.count() / 1000)};
      co_return error;
    }
    if (wait > Millis{0}) {
      spdlog::warn("{} {} waits {} s: the account's calls are used up", method, path, wait.count() / 1000);
      co_await clock_.sleep_for(wait);
    }
    if (permit) {
      const auto allowed = co_await permit->ask(urgency);
      if (!allowed) co_return allowed.error();
    }
    auto answer = co_await once(method, path, body);
    const bool knows_nothing = !answer && answer.error().fault == Fault::not_found && method == "DELETE";
    if (knows_nothing) {
      const auto looked = co_await call("GET", path, "", urgency);
      const ApiError error = unless_found(answer.error(), looked);
      co_return error;
    }
    const bool limited = !answer && answer.error().fault == Fault::rate_limited;
    if (!limited || tries == tries_when_limited) co_return answer;
    const Millis pause = least_pause_when_limited * tries;
    spdlog::warn("{}; again in {} s at the earliest", answer.error().message, pause.count() / 1000);
    co_await clock_.sleep_for(pause);
  }
}

asio::awaitable<ApiResult<std::string>> ApiReader::once(std::string method, std::string path, std::string body) {
  const std::string what = name_of_call(method, path);
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
    ApiError error = refusal(what, *answer);
    error.message = client_.without_token(std::move(error.message));
    spdlog::debug("{}", error.message);
    co_return error;
  }
  co_return ApiResult<std::string>(boost::system::in_place_value, answer->body);
}

std::string name_of_call(const std::string& method, const std::string& path) { return method + " " + path.substr(0, path.find('?')); }

std::string path_of_page(const std::string& key, const std::string& query, std::int64_t page) {
  return fmt::format("/{}?{}{}page={}&per_page={}", key, query, query.empty() ? "" : "&", page, ApiReader::largest_page);
}

std::string flaw_of(const std::string& key, std::vector<std::int64_t> ids, std::optional<std::int64_t> total) {
  const auto count = static_cast<std::int64_t>(ids.size());
  std::ranges::sort(ids);
  const auto twice = std::ranges::adjacent_find(ids);
  if (twice != ids.end()) return fmt::format("GET /{} of the cloud's API: id {} is listed twice", key, *twice);
  if (!total || *total == count) return "";
  return fmt::format("GET /{} of the cloud's API: {} entries are listed, and total_entries is {}", key, count, *total);
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
