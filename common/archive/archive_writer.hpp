#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace morpheus {

// Writes an archive (tar in gzip) into memory, piece by piece. What a restore would refuse is thrown as std::runtime_error.
class ArchiveWriter {
 public:
  ArchiveWriter();
  ~ArchiveWriter();
  ArchiveWriter(const ArchiveWriter&) = delete;
  ArchiveWriter& operator=(const ArchiveWriter&) = delete;

  // An entry of exactly `size` bytes, which follow in pieces.
  void begin(const std::string& name, std::uint64_t size, std::int64_t unix_time);
  void add(std::string_view bytes);
  void end();
  void whole(const std::string& name, std::string_view bytes, std::int64_t unix_time);

  // The sums of all entries as the last one, and the archive's end.
  void finish(std::int64_t unix_time);

  // What has been packed since the last call. It may be nothing although much was added: a long run of zeroes fits into what the
  // compressor still holds.
  std::string take();
  std::size_t ready() const;

 private:
  struct Work;
  std::unique_ptr<Work> work_;
};

}  // namespace morpheus
