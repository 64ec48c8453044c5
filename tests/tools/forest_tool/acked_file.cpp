#include "tests/tools/forest_tool/acked_file.hpp"

#include <fmt/format.h>

#include <charconv>
#include <filesystem>
#include <iterator>
#include <stdexcept>

namespace morpheus {

Result<std::map<std::uint64_t, std::string>> read_acked(const std::string& path) {
  std::map<std::uint64_t, std::string> acked;
  std::ifstream in(path);
  if (!in) return Error{ErrorCode::not_found, "cannot read " + path, "name the file that publish wrote"};
  std::string line;
  while (std::getline(in, line) && !in.eof()) {
    const auto space = line.find(' ');
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), number);
    if (error != std::errc() || space == std::string::npos || end != line.data() + space) {
      return Error{ErrorCode::invalid, fmt::format("{} holds \"{}\"", path, line),
                   "name the file that publish wrote"};
    }
    acked[number] = line.substr(space + 1);
  }
  return acked;
}

AckedFile::AckedFile(const std::string& path) : path_(path) {
  // A line that a killed publisher left open would run into the next one.
  std::ifstream in(path, std::ios::binary);
  const std::string text((std::istreambuf_iterator<char>(in)), {});
  if (!text.empty() && text.back() != '\n') std::filesystem::resize_file(path, text.rfind('\n') + 1);
  out_.open(path, std::ios::app);
  if (!out_) throw std::runtime_error("cannot write " + path);
}

void AckedFile::append(const StoredMessage& message) {
  out_ << message.number << ' ' << message.hash << '\n' << std::flush;
  if (!out_) throw std::runtime_error("cannot write " + path_);
}

}  // namespace morpheus
