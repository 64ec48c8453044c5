#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "daemon/provider/hetzner/api/api_reader.hpp"

namespace morpheus::hetzner {

// The raw client: also the calls that change something; requests are JSON. Only the fence and the check of the token's rights have one, and
// everybody else a FencedApi (scripts/guards.py holds that). A null permit is none.
class Api : public ApiReader {
 public:
  using ApiReader::ApiReader;

  template <class T>
  asio::awaitable<ApiResult<T>> post(std::string path, nlohmann::json body, Reader<T> read, Urgency urgency = Urgency::normal, Permit* permit = nullptr);
  template <class T>
  asio::awaitable<ApiResult<T>> put(std::string path, nlohmann::json body, Reader<T> read, Urgency urgency = Urgency::normal, Permit* permit = nullptr);
  // Always urgent. not_found is an error here too: a look at the thing said so as well.
  template <class T>
  asio::awaitable<ApiResult<T>> remove(std::string path, Reader<T> read, Permit* permit = nullptr);
  // Of what is answered by nothing.
  asio::awaitable<ApiResult<>> remove(std::string path, Permit* permit = nullptr);
};

// Of a request. What is not UTF-8 was refused where it entered; here it would only be replaced.
std::string text_of(const nlohmann::json& body);

template <class T>
asio::awaitable<ApiResult<T>> Api::post(std::string path, nlohmann::json body, Reader<T> read, Urgency urgency, Permit* permit) {
  co_return co_await ask("POST", path, text_of(body), read, urgency, permit);
}

template <class T>
asio::awaitable<ApiResult<T>> Api::put(std::string path, nlohmann::json body, Reader<T> read, Urgency urgency, Permit* permit) {
  co_return co_await ask("PUT", path, text_of(body), read, urgency, permit);
}

template <class T>
asio::awaitable<ApiResult<T>> Api::remove(std::string path, Reader<T> read, Permit* permit) {
  co_return co_await ask("DELETE", path, "", read, Urgency::deleting, permit);
}

}  // namespace morpheus::hetzner
