#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "daemon/http/api_client.hpp"
#include "daemon/provider/cloud/rate_budget.hpp"
#include "daemon/provider/hetzner/api/answer.hpp"
#include "daemon/provider/hetzner/api/api_error.hpp"
#include "daemon/provider/hetzner/api/permit.hpp"

namespace morpheus::hetzner {

// The API's calls that change nothing: answers are decoded by the caller's reader, refusals classified, the rate limit kept.
// Nothing is repeated here but what the API says it did not begin (429), and a list that does not agree with itself.
class ApiReader {
 public:
  static constexpr Millis longest_wait{60'000};  // for tokens; beyond it the call fails and says so
  static constexpr std::size_t largest_page = 50;  // entries, as the API documents it; no page may have more
  static constexpr int most_pages = 200;
  static constexpr int most_readings = 3;  // of a list whose pages do not agree
  static constexpr Millis reading_pause{1'000};

  ApiReader(Clock& clock, ApiClient& client) : clock_(clock), client_(client), budget_(clock) {}

  // What a deletion has to look up or to ask for first is as urgent as the deletion.
  template <class T>
  asio::awaitable<ApiResult<T>> get(std::string path, Reader<T> read, Urgency urgency = Urgency::normal);

  // The whole list that is in the answers' arrays `key`; T has an id. `query` without page and per_page. It is read again while its
  // pages do not agree (something came or went between them); ambiguous if they never do.
  template <class T>
  asio::awaitable<ApiResult<std::vector<T>>> list(std::string key, std::string query, Reader<T> read,
                                                  Urgency urgency = Urgency::normal);

  const RateBudget& budget() const { return budget_; }

 protected:
  template <class T>
  asio::awaitable<ApiResult<T>> ask(std::string method, std::string path, std::string body, Reader<T> read, Urgency urgency, Permit* permit = nullptr);
  // The answer's body. `permit`: null for none.
  asio::awaitable<ApiResult<std::string>> call(std::string method, std::string path, std::string body, Urgency urgency, Permit* permit = nullptr);

 private:
  // A list as its pages gave it.
  template <class T>
  struct Listing {
    std::vector<T> things;
    std::string flaw;  // why it cannot be the whole list; empty: it is
  };

  template <class T>
  asio::awaitable<ApiResult<Listing<T>>> read_pages(std::string key, std::string query, Reader<T> read, Urgency urgency);
  asio::awaitable<ApiResult<std::string>> once(std::string method, std::string path, std::string body);
  asio::awaitable<void> pause_before_reading_again(std::string flaw);

  Clock& clock_;
  ApiClient& client_;
  RateBudget budget_;
};

// Percent-encodes a query's value.
std::string query_value(const std::string& text);

// "GET /servers" of a call.
std::string name_of_call(const std::string& method, const std::string& path);

std::string path_of_page(const std::string& key, const std::string& query, std::int64_t page);

// Why these ids, of all pages, cannot be the whole list; empty: they can.
std::string flaw_of(const std::string& key, std::vector<std::int64_t> ids, std::optional<std::int64_t> total);

template <class T>
asio::awaitable<ApiResult<T>> ApiReader::ask(std::string method, std::string path, std::string body, Reader<T> read, Urgency urgency, Permit* permit) {
  const auto answer = co_await call(method, path, body, urgency, permit);
  if (!answer) co_return answer.error();
  co_return decode_answer(name_of_call(method, path), *answer, read);
}

template <class T>
asio::awaitable<ApiResult<T>> ApiReader::get(std::string path, Reader<T> read, Urgency urgency) {
  co_return co_await ask("GET", path, "", read, urgency);
}

template <class T>
asio::awaitable<ApiResult<ApiReader::Listing<T>>> ApiReader::read_pages(std::string key, std::string query, Reader<T> read, Urgency urgency) {
  Listing<T> list;
  Pagination last;
  last.next = 1;
  for (int pages = 0; last.next; ++pages) {
    if (pages == most_pages) {
      ApiError error{Fault::other, 0, "", fmt::format("/{} has more than {} pages", key, most_pages)};
      co_return error;
    }
    const auto path = path_of_page(key, query, *last.next);
    const auto answer = co_await call("GET", path, "", urgency);
    if (!answer) co_return answer.error();
    auto page = decode_answer(name_of_call("GET", path), *answer,
                              [&](const JsonObject& json) { return read_page(json, key, read, *last.next); });
    if (!page) co_return page.error();
    if (page->things.size() > largest_page) {
      ApiError error{Fault::other, 0, "", fmt::format("/{} has {} entries on a page, where {} were asked for", key, page->things.size(), largest_page)};
      co_return error;
    }
    std::ranges::move(page->things, std::back_inserter(list.things));
    last = page->pagination;
  }
  std::vector<std::int64_t> ids;
  for (const T& each : list.things) ids.push_back(each.id);
  list.flaw = flaw_of(key, ids, last.total);
  co_return ApiResult<Listing<T>>(boost::system::in_place_value, std::move(list));
}

template <class T>
asio::awaitable<ApiResult<std::vector<T>>> ApiReader::list(std::string key, std::string query, Reader<T> read, Urgency urgency) {
  for (int readings = 1;; ++readings) {
    auto list = co_await read_pages(key, query, read, urgency);
    if (!list) co_return list.error();
    if (list->flaw.empty()) co_return ApiResult<std::vector<T>>(boost::system::in_place_value, std::move(list->things));
    if (readings == most_readings) {
      ApiError error{Fault::ambiguous, 0, "", fmt::format("{}, {} times running", list->flaw, most_readings)};
      co_return error;
    }
    co_await pause_before_reading_again(list->flaw);
  }
}

}  // namespace morpheus::hetzner
