#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

namespace morpheus {

struct Answer {
  int status = 0;
  std::map<std::string, std::string> header;  // names in lower case
  std::string body;
  nlohmann::json json() const { return nlohmann::json::parse(body); }
};

// A blocking client of the control socket that says exactly what it is told to. Whatever it waits for must
// come within 20 s, or it throws.
class ControlClient {
 public:
  explicit ControlClient(const std::string& path);
  ~ControlClient();
  ControlClient(const ControlClient&) = delete;
  ControlClient& operator=(const ControlClient&) = delete;

  // false: the other side would not take all of it.
  bool say(const std::string& text);
  bool say_request(const std::string& method, const std::string& target, const std::string& body = "");

  Answer answer();                       // with its body, unless it is chunked
  std::string bytes(std::size_t count);  // as they come
  std::string line();                    // of a chunked answer, without the empty ones
  std::string chunk();                   // the next one of a chunked answer; empty: its last one came
  bool ended();                          // the chunked answer's last chunk came
  bool next_chunk();                     // reads one more of a chunked answer; false: there is none
  std::string take_lines() { return std::exchange(lines_, {}); }  // what was read of it, and not taken yet
  void wait_for_end();                   // until the other side has closed

  Answer ask(const std::string& method, const std::string& target, const std::string& body = "");

 private:
  bool fill();  // false: the other side has closed
  std::string take_until(const std::string& mark);

  int fd_;
  std::string input_;
  std::string lines_;
  bool last_chunk_ = false;
};

// While it lives, what this thread connects to takes it for user `uid` in these groups alone. Needs root.
class AnotherUser {
 public:
  AnotherUser(unsigned uid, unsigned gid, const std::vector<unsigned>& groups);
  ~AnotherUser();
  AnotherUser(const AnotherUser&) = delete;
  AnotherUser& operator=(const AnotherUser&) = delete;

 private:
  std::vector<unsigned> groups_;
};

}  // namespace morpheus
