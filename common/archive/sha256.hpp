#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace morpheus {

// A SHA-256 of what it is given piece by piece. Throws std::runtime_error where OpenSSL cannot.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;

  void add(std::string_view bytes);
  // In hexadecimal digits, as sha256sum prints it; once.
  std::string digest();

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

// The sum of a whole text.
std::string sha256_of(std::string_view bytes);

}  // namespace morpheus
