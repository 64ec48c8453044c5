#include "daemon/control/listener.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <vector>

namespace morpheus {
namespace fs = std::filesystem;
namespace {

using Socket = asio::local::stream_protocol::socket;
using Endpoint = asio::local::stream_protocol::endpoint;
using boost::system::error_code;

constexpr std::size_t longest_path = sizeof(sockaddr_un::sun_path) - 1;

Error socket_error(const std::string& path, const std::string& why) {
  return Error{ErrorCode::failed, fmt::format("control socket {}: {}", path, why), "check daemon.socket"};
}

// Whatever the umask: who may not enter could not be told why.
Result<> make_directories(const std::string& path) {
  std::vector<fs::path> missing;
  std::error_code error;
  for (auto at = fs::path(path).parent_path(); !at.empty() && !fs::exists(at, error) && !error;
       at = at.parent_path()) {
    missing.push_back(at);
  }
  std::ranges::reverse(missing);
  for (const fs::path& directory : missing) {
    if (!error) fs::create_directory(directory, error);
    if (!error) fs::permissions(directory, fs::perms(0755), error);
  }
  if (error) return socket_error(path, error.message());
  return {};
}

// The errno of a connection to `path`, 0 if it was answered. Never waits: EAGAIN is a listener that is busy.
int try_connect(const asio::any_io_executor& executor, const std::string& path) {
  Socket probe(executor);
  probe.open();
  probe.native_non_blocking(true);
  const Endpoint endpoint(path);
  return ::connect(probe.native_handle(), endpoint.data(), static_cast<socklen_t>(endpoint.size())) == 0
             ? 0
             : errno;
}

// Nothing is at `path` afterwards, or the failure says what.
Result<> make_room(const asio::any_io_executor& executor, const std::string& path) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0) {
    if (errno == ENOENT) return {};
    return socket_error(path, std::strerror(errno));
  }
  if (!S_ISSOCK(status.st_mode)) return socket_error(path, "something that is no socket is there, and stays");
  const int failure = try_connect(executor, path);
  if (failure == 0 || failure == EAGAIN) {
    return Error{ErrorCode::conflict, fmt::format("another morpheusd listens on {}", path),
                 "stop it, or give this one a daemon.socket of its own"};
  }
  if (failure == ENOENT) return {};
  if (failure != ECONNREFUSED) {
    return socket_error(
        path, fmt::format("a socket is there, and whose it is cannot be told: {}", std::strerror(failure)));
  }
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) return socket_error(path, std::strerror(errno));
  return {};
}

}  // namespace

Listener::Listener(const asio::any_io_executor& executor) : acceptor_(executor) {}

Listener::~Listener() { close(); }

Result<> Listener::open(const std::string& path) {
  if (path.empty() || path.size() > longest_path) {
    return Error{ErrorCode::invalid,
                 fmt::format("control socket \"{}\": its path must have 1 to {} bytes", path, longest_path),
                 "change daemon.socket"};
  }
  const auto made = make_directories(path);
  if (!made) return made;
  const auto room = make_room(acceptor_.get_executor(), path);
  if (!room) return room;
  error_code error;
  acceptor_.open(asio::local::stream_protocol(), error);
  if (!error) acceptor_.bind(Endpoint(path), error);
  if (error) return socket_error(path, error.message());
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0) return socket_error(path, std::strerror(errno));
  path_ = path;
  device_ = status.st_dev;
  inode_ = status.st_ino;
  // At once: until it listens, another daemon would take the file for a dead one's.
  acceptor_.listen(asio::socket_base::max_listen_connections, error);
  if (error) return socket_error(path, error.message());
  if (::chmod(path.c_str(), 0666) != 0) return socket_error(path, std::strerror(errno));
  return {};
}

Result<> Listener::adopt(int descriptor) {
  error_code error;
  acceptor_.assign(asio::local::stream_protocol(), descriptor, error);
  if (error) return Error{ErrorCode::failed, fmt::format("the control socket that was passed: {}", error.message()), ""};
  return {};
}

void Listener::close() {
  // The file goes first: as long as the socket is open, nobody else's file can have its inode.
  struct stat status {};
  const bool there = !path_.empty() && ::lstat(path_.c_str(), &status) == 0;
  if (there && status.st_dev == device_ && status.st_ino == inode_ && ::unlink(path_.c_str()) != 0) {
    spdlog::warn("the socket {} stays behind: {}; the next daemon replaces it", path_, std::strerror(errno));
  }
  path_.clear();
  error_code error;
  acceptor_.close(error);
  if (error) spdlog::warn("the control socket was not closed well: {}", error.message());
}

}  // namespace morpheus
