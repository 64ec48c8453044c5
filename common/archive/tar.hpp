#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "common/error.hpp"

namespace morpheus {

// A tar archive consists of blocks: an entry's header, its content filled up with zeroes; two blocks of zeroes end it.
inline constexpr std::size_t tar_block = 512;  // bytes

// A regular file in a tar archive.
struct TarEntry {
  std::string name;        // at most 100 bytes
  std::uint64_t size = 0;  // bytes
};

// The header that begins the entry: mode 0600, owned by nobody in particular.
std::string tar_header(const TarEntry& entry, std::int64_t unix_time);

// The zeroes behind a content of `size` bytes.
std::size_t tar_padding(std::uint64_t size);

// What a block says that is not all zeroes. invalid: it is no header, or one of anything but a regular file with a plain name: links,
// devices, directories, and the extensions of the format that rename or hide an entry.
Result<TarEntry> read_tar_header(std::string_view block);

}  // namespace morpheus
