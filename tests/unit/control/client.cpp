#include "tests/unit/control/client.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <utility>
#include <system_error>

namespace morpheus {
namespace {

constexpr int patience_ms = 20'000;

void check(long result, const char* what) {
  if (result < 0) throw std::system_error(errno, std::generic_category(), what);
}

void wait_for(int fd, short events, const char* what) {
  pollfd poll{fd, events, 0};
  if (::poll(&poll, 1, patience_ms) != 1) throw std::runtime_error(std::string("waited in vain: ") + what);
}

// glibc's own change every thread of the process; the kernel's change this one.
void become(unsigned uid, unsigned gid, const std::vector<unsigned>& groups) {
  const auto keep = static_cast<unsigned>(-1);
  if (uid == 0) check(::syscall(SYS_setresuid, keep, uid, keep), "setresuid");
  check(::syscall(SYS_setgroups, groups.size(), groups.data()), "setgroups");
  check(::syscall(SYS_setresgid, keep, gid, keep), "setresgid");
  if (uid != 0) check(::syscall(SYS_setresuid, keep, uid, keep), "setresuid");
}

}  // namespace

ControlClient::ControlClient(const std::string& path)
    : fd_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  check(fd_, "socket");
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  check(::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address), path.c_str());
}

ControlClient::~ControlClient() { ::close(fd_); }

bool ControlClient::say(const std::string& text) {
  std::size_t sent = 0;
  while (sent < text.size()) {
    wait_for(fd_, POLLOUT, "to write");
    const auto size = ::send(fd_, text.data() + sent, text.size() - sent, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (size < 0 && errno != EAGAIN) return false;
    if (size > 0) sent += static_cast<std::size_t>(size);
  }
  return true;
}

bool ControlClient::say_request(const std::string& method, const std::string& target,
                                const std::string& body) {
  return say(fmt::format("{} {} HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n\r\n{}", method, target,
                         body.size(), body));
}

Answer ControlClient::ask(const std::string& method, const std::string& target, const std::string& body) {
  say_request(method, target, body);
  return answer();
}

bool ControlClient::fill() {
  wait_for(fd_, POLLIN, "to read");
  char bytes[16 * 1024];
  const auto size = ::recv(fd_, bytes, sizeof bytes, 0);
  if (size <= 0) return false;
  input_.append(bytes, static_cast<std::size_t>(size));
  return true;
}

std::string ControlClient::take_until(const std::string& mark) {
  auto end = input_.find(mark);
  while (end == std::string::npos) {
    if (!fill()) throw std::runtime_error("closed in the middle of an answer: " + input_);
    end = input_.find(mark);
  }
  const auto taken = input_.substr(0, end);
  input_.erase(0, end + mark.size());
  return taken;
}

Answer ControlClient::answer() {
  Answer answer;
  std::string head = take_until("\r\n\r\n") + "\r\n";
  answer.status = std::stoi(head.substr(std::strlen("HTTP/1.1 ")));
  for (auto at = head.find("\r\n") + 2; at < head.size(); at = head.find("\r\n", at) + 2) {
    const auto colon = head.find(": ", at);
    std::string name = head.substr(at, colon - at);
    for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    answer.header[name] = head.substr(colon + 2, head.find("\r\n", at) - colon - 2);
  }
  const auto length = answer.header.find("content-length");
  if (length == answer.header.end()) return answer;
  const auto size = std::stoul(length->second);
  while (input_.size() < size) {
    if (!fill()) throw std::runtime_error("closed in the middle of a body: " + input_);
  }
  answer.body = input_.substr(0, size);
  input_.erase(0, size);
  return answer;
}

std::string ControlClient::bytes(std::size_t count) {
  while (input_.size() < count) {
    if (!fill()) throw std::runtime_error("closed after: " + input_);
  }
  const auto taken = input_.substr(0, count);
  input_.erase(0, count);
  return taken;
}

bool ControlClient::next_chunk() {
  if (last_chunk_) return false;
  const auto size = std::stoul(take_until("\r\n"), nullptr, 16);
  while (input_.size() < size + 2) {
    if (!fill()) throw std::runtime_error("closed in the middle of a chunk: " + input_);
  }
  lines_ += input_.substr(0, size);
  input_.erase(0, size + 2);
  last_chunk_ = size == 0;
  return !last_chunk_;
}

std::string ControlClient::chunk() {
  next_chunk();
  return std::exchange(lines_, std::string());
}

std::string ControlClient::line() {
  for (;;) {
    const auto end = lines_.find('\n');
    if (end == std::string::npos) {
      if (!next_chunk()) throw std::runtime_error("no more lines");
      continue;
    }
    const auto taken = lines_.substr(0, end);
    lines_.erase(0, end + 1);
    if (!taken.empty()) return taken;
  }
}

bool ControlClient::ended() {
  while (lines_.find_first_not_of('\n') == std::string::npos) {
    if (!next_chunk()) return true;
  }
  return false;
}

void ControlClient::wait_for_end() { wait_for(fd_, 0, "the other side to close"); }

AnotherUser::AnotherUser(unsigned uid, unsigned gid, const std::vector<unsigned>& groups)
    : groups_(static_cast<std::size_t>(std::max(0, ::getgroups(0, nullptr)))) {
  check(::getgroups(static_cast<int>(groups_.size()), groups_.data()), "getgroups");
  become(uid, gid, groups);
}

AnotherUser::~AnotherUser() { become(0, 0, groups_); }

}  // namespace morpheus
