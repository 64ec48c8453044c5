#pragma once

#include <boost/asio/awaitable.hpp>
#include <string>

#include "daemon/forest/context.hpp"

namespace morpheus {

// Looks at the machine of a node that comes up, at its provider, ever more rarely: what has ended needs no waiting for. One that is
// off is started, once.
class BootWatch {
 public:
  static constexpr Millis longest_pause{60'000};
  static constexpr Millis first_look{30'000};  // what comes up sooner takes no call; a quarter of the stage's limit if that is less

  BootWatch(const ForestContext& context, Millis limit);

  // Looks if it is time to. Why the node's machine never comes up; empty: it may. The stored node may have another machine afterwards.
  asio::awaitable<std::string> look(Node node);

  // `why`, with how the machine was at the last look, and with what that look or a start of the machine ran into.
  std::string with_state(const std::string& why) const;

 private:
  asio::awaitable<void> start(Node node);

  const ForestContext& context_;
  Millis pause_;
  BootTime next_;
  bool started_ = false;
  std::string state_;
  std::string trouble_;  // of the last look or start; empty: none
};

}  // namespace morpheus
