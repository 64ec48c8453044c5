#include "common/archive/tar.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <optional>

#include "common/archive/damaged.hpp"
#include "common/archive/entries.hpp"

namespace morpheus {
namespace {

// Where a header's fields are: POSIX ustar.
struct Field {
  std::size_t at;
  std::size_t length;
};
constexpr Field name_field{0, 100};
constexpr Field mode_field{100, 8};
constexpr Field owner_field{108, 8};
constexpr Field group_field{116, 8};
constexpr Field size_field{124, 12};
constexpr Field time_field{136, 12};
constexpr Field sum_field{148, 8};
constexpr std::size_t type_at = 156;
constexpr Field magic_field{257, 8};
constexpr Field prefix_field{345, 155};
constexpr std::string_view magic{"ustar\00000", 8};
constexpr std::string_view any_magic = "ustar";  // GNU tar ends it otherwise
constexpr char regular = '0';
constexpr char regular_before_posix = '\0';
constexpr unsigned char binary_mark = 0x80;  // a number that has no room in octal digits; GNU's extension, which all know

std::string_view get(std::string_view block, Field field) { return block.substr(field.at, field.length); }

void put(std::string& block, Field field, std::string_view text) { block.replace(field.at, text.size(), text); }

void put_number(std::string& block, Field field, std::uint64_t value) {
  const auto digits = fmt::format("{:0{}o}", value, field.length - 1);
  if (digits.size() < field.length) return put(block, field, digits);
  for (std::size_t i = field.length - 1; i > 0; --i, value >>= 8) block[field.at + i] = static_cast<char>(value & 0xFF);
  block[field.at] = static_cast<char>(binary_mark);
}

std::optional<std::uint64_t> get_number(std::string_view block, Field field) {
  auto text = get(block, field);
  std::uint64_t value = 0;
  if (static_cast<unsigned char>(text.front()) == binary_mark) {
    text.remove_prefix(1);
    for (const char c : text) {
      if (value >> 55 != 0) return std::nullopt;
      value = (value << 8) | static_cast<unsigned char>(c);
    }
    return value;
  }
  const auto end = std::min(text.find_first_of(std::string_view(" \0", 2)), text.size());
  if (end == 0 || text.find_first_not_of(std::string_view(" \0", 2), end) != std::string_view::npos) return std::nullopt;
  for (const char c : text.substr(0, end)) {
    if (c < '0' || c > '7') return std::nullopt;
    value = (value << 3) | static_cast<std::uint64_t>(c - '0');
  }
  return value;
}

// As if the sum itself were spaces.
std::uint64_t sum_of(std::string_view block) {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < block.size(); ++i) {
    const bool own = i >= sum_field.at && i < sum_field.at + sum_field.length;
    sum += own ? ' ' : static_cast<unsigned char>(block[i]);
  }
  return sum;
}

}  // namespace

std::string tar_header(const TarEntry& entry, std::int64_t unix_time) {
  assert(entry.name.size() <= name_field.length);
  constexpr std::uint64_t private_mode = 0600;
  std::string block(tar_block, '\0');
  put(block, name_field, entry.name);
  put_number(block, mode_field, private_mode);
  put_number(block, owner_field, 0);
  put_number(block, group_field, 0);
  put_number(block, size_field, entry.size);
  put_number(block, time_field, static_cast<std::uint64_t>(std::max<std::int64_t>(unix_time, 0)));
  block[type_at] = regular;
  put(block, magic_field, magic);
  put(block, sum_field, fmt::format("{:06o}", sum_of(block)));
  block[sum_field.at + sum_field.length - 1] = ' ';
  return block;
}

std::size_t tar_padding(std::uint64_t size) { return (tar_block - static_cast<std::size_t>(size % tar_block)) % tar_block; }

Result<TarEntry> read_tar_header(std::string_view block) {
  if (block.size() != tar_block || !get(block, magic_field).starts_with(any_magic)) return damaged("it has no tar header where one has to be");
  if (get_number(block, sum_field) != sum_of(block)) return damaged("a tar header's own sum is wrong");
  TarEntry entry;
  const auto name = get(block, name_field);
  entry.name = std::string(name.substr(0, name.find('\0')));
  const char type = block[type_at];
  const bool plain = !entry.name.empty() && (type == regular || type == regular_before_posix) && block[prefix_field.at] == '\0';
  if (!plain) {
    return Error{ErrorCode::invalid, fmt::format("it holds \"{}\", which is no regular file", shown_name(entry.name)),
                 "it is no backup of morpheusd"};
  }
  const auto size = get_number(block, size_field);
  if (!size) return damaged("a tar header's size is no number");
  entry.size = *size;
  return entry;
}

}  // namespace morpheus
