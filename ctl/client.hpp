#pragma once

#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "common/model/time.hpp"

namespace morpheus::ctl {

// The daemon behind its control socket. Calls block, each for `timeout` at most; what goes wrong is thrown as
// CommandFailure with the exit status that it means.
class Client {
 public:
  // Takes one line of a stream; false ends the stream early.
  using OnLine = std::function<bool(const nlohmann::json& line)>;
  // Takes a piece of a download; what it throws ends it.
  using OnBytes = std::function<void(const std::string& bytes)>;
  using OnTick = std::function<void()>;

  Client(std::string socket, Millis timeout);
  ~Client();

  // `at_least`: for what takes the daemon longer than `timeout` usually is.
  nlohmann::json get(const std::string& path, Millis at_least = Millis{0});
  nlohmann::json post(const std::string& path, const nlohmann::json& body, Millis at_least = Millis{0});
  nlohmann::json remove(const std::string& path, Millis at_least = Millis{0});

  // Hands over each line of a stream until it ends (true) or the user types Ctrl-C (false). `on_tick`, if
  // there is one, is called every 100 ms meanwhile. Only a silence of a minute ends it: the daemon gives a
  // sign of life every 15 s.
  bool stream(const std::string& path, const OnLine& on_line, const OnTick& on_tick = nullptr);

  // Hands over the answer to a POST, of any size, piece by piece. Thrown if it did not come to its end.
  void download(const std::string& path, const OnBytes& on_bytes);

 private:
  struct Impl;  // keeps Asio and Beast out of the commands
  std::unique_ptr<Impl> impl_;
};

// One segment of a path, with everything encoded that would end it.
std::string segment(const std::string& text);

}  // namespace morpheus::ctl
