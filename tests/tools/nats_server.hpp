#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tests/tools/child.hpp"
#include "tests/tools/temp_dir.hpp"

namespace morpheus {

inline constexpr const char* nats_server_path = "/usr/sbin/nats-server";

class NatsServer;

// The servers of a cluster that are there already.
struct Routes {
  std::vector<const NatsServer*> servers;
};

// A real nats-server on a loopback address of its own: clients on 4222, monitoring on 8222. It answers when
// the constructor returns; std::runtime_error with its log if it does not within 20 s. Its files are gone at
// the end.
class NatsServer {
 public:
  // Alone, with JetStream.
  NatsServer();
  // Without JetStream, its routes on 6222, joined to those that are there already.
  explicit NatsServer(const Routes& cluster);

  const std::string& address() const { return address_; }
  std::string url() const { return "nats://" + address_ + ":4222"; }
  Child& process() { return *child_; }
  std::string log() const { return read_text(dir_ / "log"); }

  // Ends the process (SIGKILL) and starts it again with the same files.
  void restart();

 private:
  void start(const std::string& more);

  TempDir dir_;
  std::string address_;
  std::optional<Child> child_;
};

}  // namespace morpheus
