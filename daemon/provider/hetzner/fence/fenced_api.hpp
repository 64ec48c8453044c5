#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "daemon/provider/hetzner/api/api.hpp"
#include "daemon/provider/lease/fence.hpp"

namespace morpheus::hetzner {

// The API for whoever changes something there: reads are free, and every other call passes the fence right before each time that it is sent,
// after all waiting. not_acting: the fence did not let it through, and nothing was asked for.
class FencedApi : Permit {
 public:
  FencedApi(Api& api, Fence& fence) : api_(api), fence_(fence) {}

  template <class T>
  asio::awaitable<ApiResult<T>> get(std::string path, Reader<T> read, Urgency urgency = Urgency::normal) {
    return api_.get(std::move(path), read, urgency);
  }
  template <class T>
  asio::awaitable<ApiResult<std::vector<T>>> list(std::string key, std::string query, Reader<T> read, Urgency urgency = Urgency::normal) {
    return api_.list(std::move(key), std::move(query), read, urgency);
  }
  template <class T>
  asio::awaitable<ApiResult<T>> post(std::string path, nlohmann::json body, Reader<T> read, Urgency urgency = Urgency::normal) {
    return api_.post(std::move(path), std::move(body), read, urgency, this);
  }
  template <class T>
  asio::awaitable<ApiResult<T>> put(std::string path, nlohmann::json body, Reader<T> read, Urgency urgency = Urgency::normal) {
    return api_.put(std::move(path), std::move(body), read, urgency, this);
  }
  template <class T>
  asio::awaitable<ApiResult<T>> remove(std::string path, Reader<T> read) {
    return api_.remove(std::move(path), read, this);
  }
  asio::awaitable<ApiResult<>> remove(std::string path) { return api_.remove(std::move(path), this); }

 private:
  asio::awaitable<ApiResult<>> ask(Urgency urgency) override {
    const auto passed = co_await fence_.pass(urgency);
    if (!passed) co_return not_acting(passed.error());
    co_return ApiResult<>{};
  }

  Api& api_;
  Fence& fence_;
};

}  // namespace morpheus::hetzner
