#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include "common/error.hpp"

namespace morpheus {

// Unpacks one gzip stream as it comes.
class Inflater {
 public:
  using Out = std::function<Result<>(std::string_view bytes)>;

  Inflater();
  ~Inflater();
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  // Hands what `bytes` unpack to to `out`, in pieces of at most 64 KiB. invalid: it is damaged, or goes on behind its end.
  Result<> add(std::string_view bytes, const Out& out);
  // The stream has come to its end, and its own check sum holds.
  bool ended() const { return ended_; }

 private:
  struct Stream;
  std::unique_ptr<Stream> stream_;
  bool ended_ = false;
};

}  // namespace morpheus
