#include "tests/unit/provider/real_servers.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <charconv>
#include <fstream>
#include <stdexcept>

namespace morpheus {
namespace {

constexpr Millis look_interval{50};

asio::awaitable<bool> wait_for(const std::function<bool()>& condition, Millis limit) {
  SystemClock clock;
  const BootTime deadline = clock.boot() + limit;
  while (!condition()) {
    if (clock.boot() >= deadline) co_return false;
    co_await clock.sleep_for(look_interval);
  }
  co_return true;
}

class Connection {
 public:
  Connection(const std::string& address, int port, int seconds)
      : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const timeval limit{seconds, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    ::setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    sockaddr_in where{};
    where.sin_family = AF_INET;
    where.sin_port = htons(static_cast<std::uint16_t>(port));
    ::inet_pton(AF_INET, address.c_str(), &where.sin_addr);
    open_ = ::connect(fd_, reinterpret_cast<const sockaddr*>(&where), sizeof where) == 0;
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection() { ::close(fd_); }

  bool say(const std::string& text) {
    return open_ && ::send(fd_, text.data(), text.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(text.size());
  }
  // More of what came; false at the end.
  bool hear(std::string& text) {
    char buffer[4096];
    const ssize_t got = ::recv(fd_, buffer, sizeof buffer, 0);
    if (got > 0) text.append(buffer, static_cast<std::size_t>(got));
    return got > 0;
  }

 private:
  int fd_;
  bool open_ = false;
};

std::optional<nlohmann::json> parsed(const std::string& text) {
  auto json = nlohmann::json::parse(text, nullptr, false);
  if (json.is_discarded()) return std::nullopt;
  return json;
}

// The payload of the first whole message in what a NATS server sent.
std::optional<std::string> payload_of(const std::string& heard) {
  const auto begin = heard.find("\r\nMSG ");
  if (begin == std::string::npos) return std::nullopt;
  const auto end = heard.find("\r\n", begin + 2);
  if (end == std::string::npos) return std::nullopt;
  const auto size = std::stoul(heard.substr(heard.rfind(' ', end) + 1));
  if (heard.size() < end + 2 + size) return std::nullopt;
  return heard.substr(end + 2, size);
}

}  // namespace

ScratchDir::ScratchDir() {
  auto name = (std::filesystem::temp_directory_path() / "morpheus test XXXXXX").string();
  if (!::mkdtemp(name.data())) throw std::runtime_error("no temporary directory");
  path_ = name;
}

ScratchDir::~ScratchDir() {
  std::error_code error;
  std::filesystem::remove_all(path_, error);
}

bool eventually(const std::function<bool()>& condition, Millis limit) {
  return run(wait_for(condition, limit));
}

std::optional<nlohmann::json> get_json(const std::string& address, int port, const std::string& target) {
  Connection connection(address, port, 1);
  if (!connection.say(fmt::format("GET {} HTTP/1.0\r\nHost: {}\r\n\r\n", target, address)))
    return std::nullopt;
  std::string answer;
  while (connection.hear(answer)) {
  }
  const auto body = answer.find("\r\n\r\n");
  if (body == std::string::npos || answer.substr(8, 5) != " 200 ") return std::nullopt;
  return parsed(answer.substr(body + 4));
}

nlohmann::json member(const std::optional<nlohmann::json>& object, const std::string& key) {
  if (!object || !object->is_object()) return nullptr;
  return object->value(key, nlohmann::json());
}

std::vector<pid_t> servers_with(const std::filesystem::path& conf) {
  std::vector<pid_t> found;
  const auto argument = fmt::format("{0}{1}{0}", '\0', conf.string());
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    const auto name = entry.path().filename().string();
    pid_t pid = 0;
    if (std::from_chars(name.data(), name.data() + name.size(), pid).ptr != name.data() + name.size())
      continue;
    std::ifstream in(entry.path() / "cmdline");
    const std::string line(std::istreambuf_iterator<char>(in), {});
    if (line.find(argument) != std::string::npos) found.push_back(pid);
  }
  return found;
}

std::optional<nlohmann::json> nats_request(const std::string& address, const std::string& subject,
                                           const std::string& body, const std::string& user,
                                           const std::string& password) {
  nlohmann::json options{{"verbose", false}, {"protocol", 1}};
  if (!user.empty()) {
    options["user"] = user;
    options["pass"] = password;
  }
  Connection connection(address, 4222, 2);
  const bool said =
      connection.say(fmt::format("CONNECT {}\r\nSUB answer 1\r\nUNSUB 1 1\r\nPUB {} answer {}\r\n{}\r\n",
                                 options.dump(), subject, body.size(), body));
  std::string heard;
  while (said && !payload_of(heard) && connection.hear(heard)) {
  }
  const auto payload = payload_of(heard);
  return payload ? parsed(*payload) : std::nullopt;
}

}  // namespace morpheus
