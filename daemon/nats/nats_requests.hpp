#pragma once

#include <cstddef>
#include <map>
#include <string>

#include "daemon/nats/system_requests.hpp"
#include "daemon/runtime/ids.hpp"

namespace morpheus {

// System requests in NATS's client protocol, each over a connection of its own: they share nothing, so a forest whose servers are slow or
// hostile delays no other forest. A request takes 8 s and NatsConnection::most_bytes of each server at most; a cancelled one ends at once.
class NatsRequests : public SystemRequests {
 public:
  static constexpr Millis connect_limit{1'000};  // for one address, until it has let the user in
  static constexpr int max_addresses = 3;        // tried one after another
  static constexpr Millis reply_limit{5'000};
  static constexpr Millis view_limit{2'000};  // for the leader to be among those that answer
  static constexpr int max_answers = 4'096;   // of servers to one question
  static constexpr std::size_t most_turns = 4'096;  // forests whose next server is remembered

  explicit NatsRequests(Ids& ids) : ids_(ids) {}

  asio::awaitable<Result<>> remove_peer(SystemAccess access, std::string server_name) override;
  asio::awaitable<Result<Jsz>> leader_view(SystemAccess access) override;

 private:
  // Another server is asked first after each failure: one that takes requests and does not answer is not asked for ever.
  SystemAccess turned(SystemAccess access) const;
  void turn(const std::string& key);
  std::string new_inbox();

  Ids& ids_;
  std::map<std::string, std::size_t> turns_;  // failures, by the public key of the forest's system user
};

}  // namespace morpheus
