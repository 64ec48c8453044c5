#pragma once

#include <functional>
#include <string>

#include "ctl/answer_reader.hpp"
#include "ctl/client.hpp"

namespace morpheus::ctl {

// Reads an answer of any size, and hands each piece on. When it has ended, or the connection broke, it calls `on_end`.
class Download {
 public:
  Download(Stream& stream, const Client::OnBytes& on_bytes, std::function<void()> on_end);

  void start() { reader_.start(); }

  bool got_some() const { return reader_.got_some(); }

  // To be asked when the loop has ended; throws as AnswerReader::check() does.
  void check(const std::string& socket) const { reader_.check(socket); }

 private:
  AnswerReader reader_;
};

}  // namespace morpheus::ctl
