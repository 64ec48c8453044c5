#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "daemon/runtime/system_clock.hpp"

namespace morpheus {

inline constexpr const char* real_nats_server = "/usr/sbin/nats-server";
inline constexpr Millis cluster_limit{40'000};  // an election after a restart took 8 s

// A directory of its own (with a space in its name), removed at the end.
class ScratchDir {
 public:
  ScratchDir();
  ~ScratchDir();
  ScratchDir(const ScratchDir&) = delete;
  ScratchDir& operator=(const ScratchDir&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

// Runs one coroutine to its end on `loop`; its exception comes through.
template <class T>
T run(asio::io_context& loop, asio::awaitable<T> work) {
  std::optional<T> result;
  std::exception_ptr failure;
  asio::co_spawn(loop, std::move(work), [&](std::exception_ptr error, T value) {
    failure = error;
    if (!error) result = std::move(value);
  });
  loop.run();
  if (failure) std::rethrow_exception(failure);
  return *std::move(result);
}

// The same on a loop of its own.
template <class T>
T run(asio::awaitable<T> work) {
  asio::io_context loop{1};
  return run(loop, std::move(work));
}

// True as soon as `condition` is; false if it is not within `limit`.
bool eventually(const std::function<bool()>& condition, Millis limit = cluster_limit);

// GET http://address:port/target; unset if there is no whole answer of status 200 within a second.
std::optional<nlohmann::json> get_json(const std::string& address, int port, const std::string& target);

// The member of a JSON object, null where there is none.
nlohmann::json member(const std::optional<nlohmann::json>& object, const std::string& key);

// Processes that run with this configuration file.
std::vector<pid_t> servers_with(const std::filesystem::path& conf);

// What a client of the forest says and hears: one connection, one request. Unset without an answer within 5
// s.
std::optional<nlohmann::json> nats_request(const std::string& address, const std::string& subject,
                                           const std::string& body, const std::string& user = "",
                                           const std::string& password = "");

}  // namespace morpheus
