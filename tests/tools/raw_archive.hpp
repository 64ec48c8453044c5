#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace morpheus::test {

// An archive of whatever entries a case wants, which the real writer refuses to make.
class RawArchive {
 public:
  void add(const std::string& name, std::string_view content);
  // An entry of another kind: '1' and '2' are links, '3' and '4' devices, '5' a directory, '6' a pipe, 'x', 'g' and 'L' extensions.
  void add_kind(char kind, const std::string& name, const std::string& target = "");
  // A header that says another size than what follows it.
  void add_claiming(const std::string& name, std::uint64_t size, std::string_view content);
  void add_sums();
  void add_bytes(std::string_view bytes) { tar_ += bytes; }

  // With the two blocks of zeroes that end it.
  std::string tar() const;
  std::string gzip() const;

 private:
  std::string tar_;
  std::string sums_;
};

// One gzip stream of these bytes.
std::string gzip_of(std::string_view bytes);

}  // namespace morpheus::test
