#include "tests/tools/http_get.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>

namespace morpheus {
namespace {

constexpr std::size_t largest_answer = 4 << 20;
constexpr int monitoring_port = 8222;

using Time = std::chrono::steady_clock::time_point;

class Socket {
 public:
  Socket() : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) {}
  ~Socket() { ::close(fd_); }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  int fd() const { return fd_; }

  bool wait(short events, Time deadline) const {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    pollfd ready{fd_, events, 0};
    return left.count() > 0 && ::poll(&ready, 1, static_cast<int>(left.count())) > 0;
  }

  bool connect(const std::string& address, int port, Time deadline) const {
    sockaddr_in where{};
    where.sin_family = AF_INET;
    where.sin_port = htons(static_cast<std::uint16_t>(port));
    if (::inet_pton(AF_INET, address.c_str(), &where.sin_addr) != 1) return false;
    if (::connect(fd_, reinterpret_cast<const sockaddr*>(&where), sizeof where) == 0) return true;
    if (errno != EINPROGRESS || !wait(POLLOUT, deadline)) return false;
    int error = 0;
    socklen_t size = sizeof error;
    return ::getsockopt(fd_, SOL_SOCKET, SO_ERROR, &error, &size) == 0 && error == 0;
  }

 private:
  int fd_;
};

}  // namespace

std::optional<std::string> http_get(const std::string& address, int port, const std::string& target,
                                    std::chrono::milliseconds limit) {
  const Time deadline = std::chrono::steady_clock::now() + limit;
  const Socket socket;
  if (!socket.connect(address, port, deadline)) return std::nullopt;
  // HTTP/1.0: the body is not chunked, and ends with the connection.
  const auto request = fmt::format("GET /{} HTTP/1.0\r\nHost: {}:{}\r\n\r\n", target, address, port);
  if (::send(socket.fd(), request.data(), request.size(), MSG_NOSIGNAL) !=
      static_cast<ssize_t>(request.size())) {
    return std::nullopt;
  }
  std::string answer;
  for (;;) {
    if (!socket.wait(POLLIN, deadline) || answer.size() > largest_answer) return std::nullopt;
    std::array<char, 16'384> buffer{};
    const auto got = ::recv(socket.fd(), buffer.data(), buffer.size(), 0);
    if (got < 0) return std::nullopt;
    if (got == 0) break;
    answer.append(buffer.data(), static_cast<std::size_t>(got));
  }
  const auto body = answer.find("\r\n\r\n");
  if (body == std::string::npos || answer.compare(0, 5, "HTTP/") != 0 || answer.compare(8, 5, " 200 ") != 0) {
    return std::nullopt;
  }
  return answer.substr(body + 4);
}

std::optional<std::int64_t> server_memory(const std::string& address) {
  const auto varz = http_get(address, monitoring_port, "varz");
  if (!varz) return std::nullopt;
  const std::string_view field = "\"mem\":";
  auto at = varz->find(field);
  if (at == std::string::npos) return std::nullopt;
  at = varz->find_first_not_of(' ', at + field.size());
  std::int64_t bytes = 0;
  if (at == std::string::npos) return std::nullopt;
  const auto [end, error] = std::from_chars(varz->data() + at, varz->data() + varz->size(), bytes);
  return error == std::errc() ? std::optional(bytes) : std::nullopt;
}

}  // namespace morpheus
