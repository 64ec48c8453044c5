#pragma once

#include <condition_variable>
#include <filesystem>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

namespace morpheus::ctl::test {

// How the connection goes on after what was sent.
enum class After { closes, stays_open };

struct FakeAnswer {
  std::string bytes;  // as they go over the socket
  After after = After::closes;
};

FakeAnswer reply(const nlohmann::json& body, unsigned status = 200);
FakeAnswer error(unsigned status, const std::string& code, const std::string& message,
                 const std::string& hint = "");
// A chunked answer of one JSON value a line; with stays_open it never gets to its end.
FakeAnswer lines(const std::vector<nlohmann::json>& values, After after = After::closes);
FakeAnswer silence();

// A request as it came.
struct Seen {
  std::string line;  // "GET /v1/forests"
  nlohmann::json body;
};

// Listens on a Unix socket in a directory of its own and answers each request with what was set for it: the
// answers in their order, the last one again and again; 404 for what nothing was set for.
class FakeDaemon {
 public:
  FakeDaemon();
  ~FakeDaemon();
  FakeDaemon(const FakeDaemon&) = delete;
  FakeDaemon& operator=(const FakeDaemon&) = delete;

  void on(const std::string& request, std::vector<FakeAnswer> answers);
  void on(const std::string& request, FakeAnswer answer) { on(request, std::vector{std::move(answer)}); }

  std::string socket() const { return (directory_ / "control.sock").string(); }
  std::vector<Seen> seen() const;
  bool was_asked(const std::string& request) const;
  // Waits until the request came `times` times; false after 20 s.
  bool wait_for(const std::string& request, std::size_t times = 1) const;

 private:
  void serve();
  void answer(int client);
  void record(Seen request);
  FakeAnswer next_answer(const std::string& request);
  std::size_t count(const std::string& request) const;

  std::filesystem::path directory_;
  int listener_ = -1;
  int wake_ = -1;
  mutable std::mutex mutex_;
  mutable std::condition_variable came_;
  std::map<std::string, std::vector<FakeAnswer>> answers_;
  std::vector<Seen> seen_;
  std::vector<int> open_;
  std::thread thread_;
};

}  // namespace morpheus::ctl::test
