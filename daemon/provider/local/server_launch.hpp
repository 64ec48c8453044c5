#pragma once

#include <array>
#include <filesystem>
#include <optional>
#include <string>

#include "common/error.hpp"
#include "daemon/runtime/descriptor.hpp"

namespace morpheus {

// A nats-server of a machine: what it reads, what it writes, and the file whose lock it holds while it lives.
struct ServerFiles {
  std::filesystem::path conf;
  std::filesystem::path lock;
  std::filesystem::path log;
  std::filesystem::path data;  // JetStream's directory
};

// How a server is started.
struct ServerProgram {
  std::string path;
  int cores = 1;  // GOMAXPROCS
};

inline constexpr int lock_descriptor = 3;  // in the server

// The server's lock, for the process that becomes the server, on a descriptor above lock_descriptor. Unset: it is held, the server
// lives.
Result<std::optional<Descriptor>> take_lock(const ServerFiles& files);

// A server's arguments and its whole environment, as exec(3) takes them.
class ServerCommand {
 public:
  ServerCommand(const ServerProgram& program, const ServerFiles& files);
  ServerCommand(const ServerCommand&) = delete;
  ServerCommand& operator=(const ServerCommand&) = delete;

  const char* path() const { return path_.c_str(); }
  char** arguments() { return arguments_.data(); }
  char** environment() { return environment_.data(); }

 private:
  std::string path_, option_, conf_, cores_, search_;
  std::array<char*, 4> arguments_;
  std::array<char*, 3> environment_;
};

Error cannot_run(const ServerProgram& program, int error_number);

// Makes this process the server: its lock on lock_descriptor, its log, and nothing else of this process. Returns if it cannot, or
// without an error if the server lives already.
Result<> become_server(const ServerProgram& program, const ServerFiles& files);

}  // namespace morpheus
