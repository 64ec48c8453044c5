#pragma once

#include <functional>
#include <string>

#include "ctl/answer_reader.hpp"
#include "ctl/client.hpp"

namespace morpheus::ctl {

// Reads an answer and cuts it into lines, each a JSON text. Once started it runs until the answer has ended, the connection broke, or
// `on_line` had enough or threw; then it closes the connection and calls `on_end`.
class LineReader {
 public:
  LineReader(Stream& stream, const Client::OnLine& on_line, std::function<void()> on_end);
  LineReader(const LineReader&) = delete;
  LineReader& operator=(const LineReader&) = delete;

  void start() { reader_.start(); }

  bool got_some() const { return reader_.got_some(); }

  // To be asked after `on_end`; throws as AnswerReader::check() does.
  void check(const std::string& socket) const { reader_.check(socket); }

 private:
  bool take(const std::string& bytes);

  const Client::OnLine& on_line_;
  AnswerReader reader_;
  std::string rest_;  // of a line whose end has not come
};

}  // namespace morpheus::ctl
