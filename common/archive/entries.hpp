#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "common/error.hpp"

namespace morpheus {

// The names of an archive's entries. The manifest is the first, the sums (as sha256sum writes them, of every other entry) are the
// last: an archive without them was cut off.
namespace entry {
inline constexpr const char* manifest = "manifest.json";
inline constexpr const char* database = "morpheus.db";
inline constexpr const char* forests = "forests/";  // <forest>/<file>
inline constexpr const char* sums = "SHA256SUMS";
}  // namespace entry

// What an archive may hold. A backup beyond that fails, so that none is made that a restore would refuse.
namespace archive_bounds {
inline constexpr std::uint64_t manifest = std::uint64_t{64} << 10;  // bytes
inline constexpr std::uint64_t secret = std::uint64_t{1} << 20;
inline constexpr std::uint64_t sums = std::uint64_t{4} << 20;
inline constexpr std::uint64_t database = std::uint64_t{64} << 30;  // 10,000 nodes take 10 GB
inline constexpr std::size_t entries = 10'000;
inline constexpr std::size_t file_name = 40;  // with its forest's it has to fit a tar header
}  // namespace archive_bounds

// Whether <forest>/<file> is a name for an entry below `forests/`. A backup holds no others, and a restore takes no others.
bool is_secret(std::string_view forest, std::string_view file);

// invalid: no backup has an entry of that name, or of that size.
Result<> check_entry(const std::string& name, std::uint64_t size);

// "it is no whole backup of morpheusd: WHY", which names what others wrote in a form that can be shown.
Error no_backup(const std::string& why);

// An entry's name, or another text of an archive, as it may be shown.
std::string shown_name(std::string_view name);

}  // namespace morpheus
