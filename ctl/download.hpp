#pragma once

#include <string>

#include "ctl/answer_reader.hpp"
#include "ctl/client.hpp"

namespace morpheus::ctl {

// Reads an answer of any size, and hands each piece on.
class Download {
 public:
  Download(Stream& stream, const Client::OnBytes& on_bytes);

  void start() { reader_.start(); }

  // To be asked when the loop has ended; throws as AnswerReader::check() does.
  void check(const std::string& socket) const { reader_.check(socket); }

 private:
  AnswerReader reader_;
};

}  // namespace morpheus::ctl
