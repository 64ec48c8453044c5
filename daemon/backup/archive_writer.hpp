#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace morpheus {

// Writes a tar archive (pax, gzip) into memory, piece by piece. Every failure is thrown as std::runtime_error.
class ArchiveWriter {
 public:
  ArchiveWriter();
  ~ArchiveWriter();
  ArchiveWriter(const ArchiveWriter&) = delete;
  ArchiveWriter& operator=(const ArchiveWriter&) = delete;

  // An entry of exactly `size` bytes, which follow in pieces; mode 0600.
  void begin(const std::string& name, std::int64_t size, std::int64_t unix_time);
  void add(std::string_view bytes);
  void end();
  void whole(const std::string& name, std::string_view bytes, std::int64_t unix_time);

  // The sums of all entries as the last one, and the archive's end.
  void finish(std::int64_t unix_time);

  // What has been written since the last call.
  std::string take();
  std::size_t ready() const;

 private:
  struct Work;
  std::unique_ptr<Work> work_;
};

}  // namespace morpheus
