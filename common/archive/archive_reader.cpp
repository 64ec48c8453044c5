#include "common/archive/archive_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <sstream>

#include "common/archive/entries.hpp"

namespace morpheus {
namespace {

constexpr int end_blocks = 2;                              // of zeroes end a tar archive
constexpr std::uint64_t longest_tail = std::uint64_t{1} << 20;  // bytes; tar programs fill up their last record

bool is_zero(std::string_view bytes) { return bytes.find_first_not_of('\0') == std::string_view::npos; }

bool is_read_here(const std::string& name) { return name == entry::manifest || name == entry::sums; }

std::string sum_line(const std::string& sum, const std::string& name) { return fmt::format("{}  {}", sum, name); }

}  // namespace

Result<> ArchiveReader::add(std::string_view bytes) {
  return inflater_.add(bytes, [this](std::string_view more) { return unpacked(more); });
}

Result<> ArchiveReader::unpacked(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto taken = step(bytes);
    if (!taken) return taken.error();
    bytes.remove_prefix(*taken);
  }
  return {};
}

// Takes a part of `bytes`, and returns how much.
Result<std::size_t> ArchiveReader::step(std::string_view bytes) {
  if (in_entry_) {
    const auto part = bytes.substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes.size())));
    const auto added = add_content(part);
    if (!added) return added.error();
    return part.size();
  }
  if (padding_ > 0) {
    const auto part = std::min(padding_, bytes.size());
    padding_ -= part;
    return part;
  }
  if (zero_blocks_ == end_blocks) {
    tail_ += bytes.size();
    if (tail_ > longest_tail || !is_zero(bytes)) return no_backup("something follows its end");
    return bytes.size();
  }
  const auto part = bytes.substr(0, tar_block - block_.size());
  block_ += part;
  if (block_.size() < tar_block) return part.size();
  const auto read = take_block();
  block_.clear();
  if (!read) return read.error();
  return part.size();
}

Result<> ArchiveReader::take_block() {
  if (is_zero(block_)) {
    ++zero_blocks_;
    return {};
  }
  if (zero_blocks_ > 0) return no_backup("something follows its end");
  const auto entry = read_tar_header(block_);
  if (!entry) return entry.error();
  return begin_entry(*entry);
}

Result<> ArchiveReader::begin_entry(const TarEntry& entry) {
  if (!manifest_ && entry.name != entry::manifest) return no_backup("it does not begin with a manifest");
  const auto known = check_entry(entry.name, entry.size);
  if (!known) return known;
  if (summed_ || names_.size() >= archive_bounds::entries) return no_backup(fmt::format("\"{}\" does not belong into it", entry.name));
  if (!names_.insert(entry.name).second) return no_backup(fmt::format("\"{}\" is in it twice", entry.name));
  name_ = entry.name;
  left_ = entry.size;
  padding_ = tar_padding(entry.size);
  sum_.emplace();
  kept_.clear();
  in_entry_ = true;
  if (is_read_here(name_)) return left_ == 0 ? end_entry() : Result<>();
  const auto begun = content_.begin(name_);
  if (!begun || left_ > 0) return begun;
  return end_entry();
}

Result<> ArchiveReader::add_content(std::string_view bytes) {
  left_ -= bytes.size();
  sum_->add(bytes);
  if (is_read_here(name_)) {
    kept_ += bytes;
  } else {
    const auto added = content_.add(bytes);
    if (!added) return added;
  }
  return left_ == 0 ? end_entry() : Result<>();
}

Result<> ArchiveReader::end_entry() {
  in_entry_ = false;
  if (name_ == entry::sums) return check_sums();
  sums_.push_back(sum_line(sum_->digest(), name_));
  if (name_ != entry::manifest) return content_.end();
  const auto manifest = parse_manifest(kept_);
  if (!manifest) return manifest.error();
  manifest_ = *manifest;
  return {};
}

Result<> ArchiveReader::check_sums() {
  std::vector<std::string> said;
  std::istringstream lines(kept_);
  for (std::string line; std::getline(lines, line);) said.push_back(line);
  std::ranges::sort(said);
  std::ranges::sort(sums_);
  if (said != sums_) return no_backup("its content is not what its checksums say");
  summed_ = true;
  return {};
}

bool ArchiveReader::is_whole() const { return finish().has_value(); }

Result<Manifest> ArchiveReader::finish() const {
  if (!inflater_.ended() || !summed_ || zero_blocks_ < end_blocks) {
    return Error{ErrorCode::invalid, "it is damaged or cut off, or no backup: its end is missing", "use another backup; nothing was changed"};
  }
  if (!names_.contains(entry::database)) return no_backup("it has no database");
  return *manifest_;
}

}  // namespace morpheus
