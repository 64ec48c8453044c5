#include "tests/unit/ctl/fake_daemon.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <stdexcept>

namespace morpheus::ctl::test {
namespace {

constexpr std::chrono::seconds longest_wait{20};
constexpr std::size_t largest_request = 64 * 1024;

std::filesystem::path make_directory() {
  auto pattern = (std::filesystem::temp_directory_path() / "ctl-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary directory");
  return pattern;
}

int listen_on(const std::string& path) {
  const int listener = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof(address.sun_path) - 1);
  if (::bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0 ||
      ::listen(listener, 16) != 0) {
    throw std::runtime_error("cannot listen on " + path);
  }
  return listener;
}

std::size_t body_length(const std::string& head) {
  const auto found = head.find("Content-Length: ");
  return found == std::string::npos ? 0 : std::stoul(head.substr(found + 16));
}

std::string read_request(int client) {
  std::string text;
  for (;;) {
    const auto end = text.find("\r\n\r\n");
    if (end != std::string::npos && text.size() >= end + 4 + body_length(text.substr(0, end))) return text;
    char piece[4096];
    const auto size = ::recv(client, piece, sizeof(piece), 0);
    if (size <= 0 || text.size() > largest_request) return {};
    text.append(piece, static_cast<std::size_t>(size));
  }
}

}  // namespace

FakeAnswer reply(const nlohmann::json& body, unsigned status) {
  const auto text = body.dump();
  return {fmt::format("HTTP/1.1 {} X\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{}",
                      status, text.size(), text)};
}

FakeAnswer error(unsigned status, const std::string& code, const std::string& message,
                 const std::string& hint) {
  return reply({{"error", {{"code", code}, {"message", message}, {"hint", hint}}}}, status);
}

FakeAnswer lines(const std::vector<nlohmann::json>& values, After after) {
  std::string bytes =
      "HTTP/1.1 200 OK\r\nContent-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (const auto& value : values) {
    const auto line = value.dump() + "\n";
    bytes += fmt::format("{:x}\r\n{}\r\n", line.size(), line);
  }
  return {after == After::closes ? bytes + "0\r\n\r\n" : bytes, after};
}

FakeAnswer silence() { return {"", After::stays_open}; }

FakeDaemon::FakeDaemon() : directory_(make_directory()), wake_(::eventfd(0, EFD_CLOEXEC)) {
  listener_ = listen_on(socket());
  thread_ = std::thread([this] { serve(); });
}

FakeDaemon::~FakeDaemon() {
  ::eventfd_write(wake_, 1);
  thread_.join();
  for (const int client : open_) ::close(client);
  ::close(listener_);
  ::close(wake_);
  std::filesystem::remove_all(directory_);
}

void FakeDaemon::on(const std::string& request, std::vector<FakeAnswer> answers) {
  const std::lock_guard lock(mutex_);
  answers_[request] = std::move(answers);
}

std::vector<Seen> FakeDaemon::seen() const {
  const std::lock_guard lock(mutex_);
  return seen_;
}

std::size_t FakeDaemon::count(const std::string& request) const {
  return static_cast<std::size_t>(std::ranges::count(seen_, request, &Seen::line));
}

bool FakeDaemon::was_asked(const std::string& request) const {
  const std::lock_guard lock(mutex_);
  return count(request) > 0;
}

bool FakeDaemon::wait_for(const std::string& request, std::size_t times) const {
  std::unique_lock lock(mutex_);
  return came_.wait_for(lock, longest_wait, [&] { return count(request) >= times; });
}

void FakeDaemon::serve() {
  for (;;) {
    pollfd ready[2] = {{listener_, POLLIN, 0}, {wake_, POLLIN, 0}};
    ::poll(ready, 2, -1);
    if (ready[1].revents != 0) return;
    const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    const timeval limit{5, 0};
    ::setsockopt(client, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
    answer(client);
  }
}

void FakeDaemon::answer(int client) {
  const auto request = read_request(client);
  const auto line = request.substr(0, request.find(" HTTP/1.1"));
  const auto found = request.find("\r\n\r\n");
  const auto body = found == std::string::npos ? std::string() : request.substr(found + 4);
  const auto next = next_answer(line);
  record({line, body.empty() ? nlohmann::json()
                             : nlohmann::json::parse(body)});  // first: the client may end the test
  // A client that has gone does not take it: nothing is to be done about that here.
  [[maybe_unused]] const auto sent = ::send(client, next.bytes.data(), next.bytes.size(), MSG_NOSIGNAL);
  if (next.after == After::closes) {
    ::close(client);
  } else {
    open_.push_back(client);
  }
}

void FakeDaemon::record(Seen request) {
  const std::lock_guard lock(mutex_);
  seen_.push_back(std::move(request));
  came_.notify_all();
}

FakeAnswer FakeDaemon::next_answer(const std::string& request) {
  const std::lock_guard lock(mutex_);
  const auto found = answers_.find(request);
  if (found == answers_.end()) return error(404, "not_found", "nothing was set for " + request);
  const auto next = found->second.front();
  if (found->second.size() > 1) found->second.erase(found->second.begin());
  return next;
}

}  // namespace morpheus::ctl::test
