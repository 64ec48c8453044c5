#pragma once

#include <ostream>
#include <streambuf>
#include <string>

namespace morpheus::ctl {

// While it lives, what goes to `stream` comes out in ASCII.
class AsciiOutput : public std::streambuf {
 public:
  explicit AsciiOutput(std::ostream& stream);
  AsciiOutput(const AsciiOutput&) = delete;
  AsciiOutput& operator=(const AsciiOutput&) = delete;
  ~AsciiOutput() override;

  std::streambuf& below() { return *below_; }

 protected:
  int overflow(int character) override;
  std::streamsize xsputn(const char* bytes, std::streamsize size) override;
  int sync() override;

 private:
  std::ostream& stream_;
  std::streambuf* below_;
  std::string pending_;
};

// Writes the bytes as they are, also where the stream turns text into ASCII: JSON, and what a machine is to read.
void write_exactly(std::ostream& stream, const std::string& bytes);

// Whether standard output is a pipe whose reader has closed it: it had enough.
bool reader_is_gone();

}  // namespace morpheus::ctl
