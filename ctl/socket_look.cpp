#include "ctl/socket_look.hpp"

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>

namespace morpheus::ctl {
namespace {

constexpr const char* start_it = "systemctl start morpheusd, or name another socket with --socket or MORPHEUS_SOCKET";
constexpr const char* see_why = "systemctl status morpheusd; journalctl -u morpheusd";
constexpr const char* get_rights = "sudo morpheusctl doctor, or ask your admin for group morpheus";

Finding failed(const std::string& message, const std::string& hint) { return {"socket", FindingLevel::failed, message, hint}; }

class Connection {
 public:
  Connection() : fd_(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)) {}
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection() {
    if (fd_ >= 0) ::close(fd_);
  }

  // 0, or an errno.
  int connect(const std::string& path) const {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof(address.sun_path)) return ENAMETOOLONG;
    path.copy(address.sun_path, path.size());
    return ::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0 ? 0 : errno;
  }

  // "process 17 (morpheusd)": who listens.
  std::string listener() const {
    ucred peer{};
    socklen_t size = sizeof(peer);
    if (::getsockopt(fd_, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0 || peer.pid <= 0) return "a process";
    std::string name;
    std::getline(std::ifstream(fmt::format("/proc/{}/comm", peer.pid)), name);
    return fmt::format("process {} ({})", peer.pid, name.empty() ? "gone" : name);
  }

 private:
  int fd_;
};

}  // namespace

Finding look_at_socket(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) {
    if (errno == ENOENT) return failed(fmt::format("there is no {}", path), start_it);
    return failed(fmt::format("{} cannot be looked at: {}", path, std::strerror(errno)), get_rights);
  }
  if (!S_ISSOCK(status.st_mode)) return failed(fmt::format("{} is no socket", path), start_it);
  const Connection connection;
  const int error = connection.connect(path);
  switch (error) {
    case 0:
      return {"socket", FindingLevel::ok, fmt::format("{} listens on {}", connection.listener(), path), ""};
    case EACCES:
      return failed(fmt::format("{} may not be used: {}", path, std::strerror(error)), get_rights);
    case ECONNREFUSED:
      return failed(fmt::format("nobody listens on {}: it was left over by a daemon that ended", path),
                    "systemctl start morpheusd; journalctl -u morpheusd");
    case EAGAIN:
      return failed(fmt::format("whoever listens on {} accepts nobody: its queue is full", path), see_why);
    default:
      return failed(fmt::format("{}: {}", path, std::strerror(error)), see_why);
  }
}

}  // namespace morpheus::ctl
