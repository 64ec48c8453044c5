#include "common/archive/archive_writer.hpp"

#include <fmt/format.h>
#include <zlib.h>

#include <array>
#include <optional>
#include <stdexcept>
#include <utility>

#include "common/archive/entries.hpp"
#include "common/archive/sha256.hpp"
#include "common/archive/tar.hpp"

namespace morpheus {
namespace {

constexpr std::size_t packed_piece = std::size_t{16} << 10;  // bytes that the compressor hands on at a time
constexpr int gzip = 16;                              // added to zlib's window
constexpr int quick = 1;                              // level: on the loop, quick goes before small
constexpr int usual_memory = 8;                       // zlib's default

}  // namespace

struct ArchiveWriter::Work {
  z_stream z{};
  std::string bytes;
  std::string name;         // of the open entry
  std::uint64_t size = 0;   // of it
  std::uint64_t added = 0;  // to it
  std::size_t entries = 0;
  std::optional<Sha256> sum;
  std::string sums;

  Work() {
    if (::deflateInit2(&z, quick, Z_DEFLATED, MAX_WBITS + gzip, usual_memory, Z_DEFAULT_STRATEGY) != Z_OK) {
      throw std::runtime_error("zlib cannot pack");
    }
  }
  ~Work() { ::deflateEnd(&z); }
  Work(const Work&) = delete;
  Work& operator=(const Work&) = delete;

  void pack(std::string_view more, int flush) {
    std::array<char, packed_piece> out;
    z.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(more.data()));  // zlib only reads it
    z.avail_in = static_cast<uInt>(more.size());
    do {
      z.next_out = reinterpret_cast<Bytef*>(out.data());
      z.avail_out = static_cast<uInt>(out.size());
      if (::deflate(&z, flush) == Z_STREAM_ERROR) throw std::runtime_error("zlib cannot pack");
      bytes.append(out.data(), out.size() - z.avail_out);
    } while (z.avail_out == 0);
  }
};

ArchiveWriter::ArchiveWriter() : work_(std::make_unique<Work>()) {}

ArchiveWriter::~ArchiveWriter() = default;

void ArchiveWriter::begin(const std::string& name, std::uint64_t size, std::int64_t unix_time) {
  const auto known = check_entry(name, size);
  if (!known) throw std::runtime_error("what was to be packed could not be restored: " + known.error().message);
  if (++work_->entries > archive_bounds::entries) throw std::runtime_error(fmt::format("there are more than {} files", archive_bounds::entries));
  work_->name = name;
  work_->size = size;
  work_->added = 0;
  work_->sum.emplace();
  work_->pack(tar_header({name, size}, unix_time), Z_NO_FLUSH);
}

void ArchiveWriter::add(std::string_view bytes) {
  work_->added += bytes.size();
  if (work_->added > work_->size) throw std::runtime_error(work_->name + " is larger than it was");
  work_->pack(bytes, Z_NO_FLUSH);
  work_->sum->add(bytes);
}

void ArchiveWriter::end() {
  if (work_->added != work_->size) throw std::runtime_error(work_->name + " is smaller than it was");
  work_->pack(std::string(tar_padding(work_->size), '\0'), Z_NO_FLUSH);
  work_->sums += fmt::format("{}  {}\n", work_->sum->digest(), work_->name);
}

void ArchiveWriter::whole(const std::string& name, std::string_view bytes, std::int64_t unix_time) {
  begin(name, bytes.size(), unix_time);
  add(bytes);
  end();
}

void ArchiveWriter::finish(std::int64_t unix_time) {
  whole(entry::sums, std::string(work_->sums), unix_time);
  work_->pack(std::string(2 * tar_block, '\0'), Z_FINISH);
}

std::string ArchiveWriter::take() { return std::exchange(work_->bytes, std::string()); }

std::size_t ArchiveWriter::ready() const { return work_->bytes.size(); }

}  // namespace morpheus
