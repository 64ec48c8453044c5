#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "common/decode/json.hpp"
#include "daemon/provider/hetzner/api/api_error.hpp"

namespace morpheus::hetzner {

// What is longer of a name is cut: the API allows host names.
inline constexpr std::size_t longest_api_name = 253;
inline constexpr std::size_t longest_api_word = 64;  // of a state, a code, a kind

// Makes a thing of ours of one of the API's.
template <class T>
using Reader = T (*)(const JsonObject& json);

// What an answer may have at most; its bytes are the HTTP client's bound too.
inline constexpr DecodeBounds answer_bounds{.bytes = std::size_t{16} << 20};

// Whose answer it is: "GET /servers of the cloud's API". What cannot be read of it was perhaps carried out.
Sender sender_of(const std::string& call);

// As a 5xx is: it may have been carried out.
ApiError malformed(const Error& error);

// What `read`, a function of the answer's object, makes of it.
template <class Read>
auto decode_answer(const std::string& call, const std::string& body, Read read)
    -> ApiResult<std::invoke_result_t<Read, const JsonObject&>> {
  auto decoded = decode(sender_of(call), body, answer_bounds, read);
  if (!decoded) return malformed(decoded.error());
  return ApiResult<std::invoke_result_t<Read, const JsonObject&>>(boost::system::in_place_value, *std::move(decoded));
}

// Of {"error": {"code", "message"}}; either may be empty.
struct ErrorBody {
  std::string code;
  std::string message;
};
ErrorBody read_error(const JsonObject& answer);

// Where a page of a list stands in it.
struct Pagination {
  std::optional<std::int64_t> next;   // page; unset: this is the last
  std::optional<std::int64_t> total;  // entries of the whole list; unset: not counted
};
// Of page `page`: the next one is a later one, or there is none.
Pagination read_pagination(const JsonObject& answer, std::int64_t page);

// One page of a list.
template <class T>
struct Page {
  std::vector<T> things;
  Pagination pagination;
};

// The page of that number, whose things are in the answer's array `key`.
template <class T>
Page<T> read_page(const JsonObject& answer, const std::string& key, Reader<T> read, std::int64_t number) {
  Page<T> page;
  for (const JsonValue& each : answer.array(key)) page.things.push_back(read(each.object()));
  page.pagination = read_pagination(answer, number);
  return page;
}

// The name of the thing in the answer's field `field`; empty: it has none.
std::string name_in(const JsonObject& json, const char* field);

}  // namespace morpheus::hetzner
