#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "daemon/http/api_client.hpp"
#include "daemon/provider/hetzner/api_error.hpp"
#include "daemon/provider/hetzner/rate_budget.hpp"

namespace morpheus::hetzner {

// The API's calls: JSON in and out, refusals classified, the rate limit kept. Nothing is repeated here but what the API
// says it did not begin (429).
class Api {
 public:
  static constexpr Millis longest_wait{60'000};  // for tokens; beyond it the call fails and says so
  static constexpr int most_pages = 200;

  Api(Clock& clock, ApiClient& client) : clock_(clock), client_(client), budget_(clock) {}

  // What a deletion has to look up or to ask for first is as urgent as the deletion.
  asio::awaitable<ApiResult<nlohmann::json>> get(std::string path, Urgency urgency = Urgency::normal);
  asio::awaitable<ApiResult<nlohmann::json>> post(std::string path, nlohmann::json body, Urgency urgency = Urgency::normal);
  asio::awaitable<ApiResult<nlohmann::json>> put(std::string path, nlohmann::json body, Urgency urgency = Urgency::normal);
  // Always urgent. not_found is an error here too.
  asio::awaitable<ApiResult<nlohmann::json>> remove(std::string path);

  // Every page of a list: the elements of the answers' array `key`. `query` without page and per_page.
  asio::awaitable<ApiResult<std::vector<nlohmann::json>>> list(std::string key, std::string query,
                                                               Urgency urgency = Urgency::normal);

  const RateBudget& budget() const { return budget_; }

 private:
  asio::awaitable<ApiResult<nlohmann::json>> call(std::string method, std::string path, std::string body,
                                                  Urgency urgency);
  asio::awaitable<ApiResult<nlohmann::json>> once(std::string method, std::string path, std::string body);

  Clock& clock_;
  ApiClient& client_;
  RateBudget budget_;
};

// Percent-encodes a query's value.
std::string query_value(const std::string& text);

}  // namespace morpheus::hetzner
