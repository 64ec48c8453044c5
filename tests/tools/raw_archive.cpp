#include "tests/tools/raw_archive.hpp"

#include <fmt/format.h>
#include <zlib.h>

#include <stdexcept>

#include "common/archive/entries.hpp"
#include "common/archive/sha256.hpp"
#include "common/archive/tar.hpp"

namespace morpheus::test {
namespace {

constexpr std::size_t sum_at = 148;
constexpr std::size_t kind_at = 156;
constexpr std::size_t target_at = 157;

// The header with its sum made right again.
std::string summed(std::string header) {
  header.replace(sum_at, 8, "        ");
  unsigned sum = 0;
  for (const char c : header) sum += static_cast<unsigned char>(c);
  return header.replace(sum_at, 7, fmt::format("{:06o}", sum) + std::string(1, '\0'));
}

}  // namespace

void RawArchive::add(const std::string& name, std::string_view content) {
  add_claiming(name, content.size(), content);
  sums_ += fmt::format("{}  {}\n", sha256_of(content), name);
}

void RawArchive::add_kind(char kind, const std::string& name, const std::string& target) {
  std::string header = tar_header({name, 0}, 0);
  header[kind_at] = kind;
  header.replace(target_at, target.size(), target);
  tar_ += summed(header);
}

void RawArchive::add_claiming(const std::string& name, std::uint64_t size, std::string_view content) {
  tar_ += tar_header({name, size}, 0);
  tar_ += content;
  tar_ += std::string(tar_padding(content.size()), '\0');
}

void RawArchive::add_sums() { add_claiming(entry::sums, sums_.size(), sums_); }

std::string RawArchive::tar() const { return tar_ + std::string(2 * tar_block, '\0'); }

std::string RawArchive::gzip() const { return gzip_of(tar()); }

std::string gzip_of(std::string_view bytes) {
  z_stream z{};
  constexpr int gzip = 16;
  if (::deflateInit2(&z, 1, Z_DEFLATED, MAX_WBITS + gzip, 8, Z_DEFAULT_STRATEGY) != Z_OK) throw std::runtime_error("zlib");
  std::string out(::deflateBound(&z, bytes.size()), '\0');
  z.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(bytes.data()));
  z.avail_in = static_cast<uInt>(bytes.size());
  z.next_out = reinterpret_cast<Bytef*>(out.data());
  z.avail_out = static_cast<uInt>(out.size());
  ::deflate(&z, Z_FINISH);
  out.resize(z.total_out);
  ::deflateEnd(&z);
  return out;
}

}  // namespace morpheus::test
