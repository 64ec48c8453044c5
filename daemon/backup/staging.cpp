#include "daemon/backup/staging.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <sstream>

#include "daemon/backup/sha256.hpp"
#include "daemon/runtime/durable_file.hpp"
#include "daemon/store/copy.hpp"

namespace morpheus {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t largest_manifest = 64 * 1024;          // bytes
constexpr std::size_t largest_sums = std::size_t{4} << 20;   // bytes
constexpr std::size_t most_entries = 10'000;
constexpr std::size_t largest_secret = std::size_t{1} << 20;  // bytes

Error no_backup(const std::string& why) {
  return Error{ErrorCode::invalid, "it is no whole backup of morpheusd: " + why, "use another backup; nothing was changed"};
}

std::string sum_line(const std::string& sum, const std::string& name) { return fmt::format("{}  {}", sum, name); }

}  // namespace

Staging::Staging(const fs::path& state_dir, const std::string& database)
    : database_(database + ".restoring"), forests_(state_dir / "forests.restoring") {
  sweep();
}

Staging::~Staging() { sweep(); }

void Staging::sweep() const {
  sweep_copy(database_);
  std::error_code absent;
  fs::remove_all(forests_, absent);
}

Result<Manifest> Staging::unpack(ArchiveReader& reader) {
  const auto first = reader.next();
  if (!first) return first.error();
  if (*first != entry::manifest) return no_backup("it does not begin with a manifest");
  const auto text = reader.read_all(largest_manifest);
  if (!text) return text.error();
  const auto manifest = parse_manifest(*text);
  if (!manifest) return manifest;
  sums_.push_back(sum_line(sha256_of(*text), entry::manifest));
  fs::create_directory(forests_);
  fs::permissions(forests_, fs::perms::owner_all);
  bool ended = false;
  for (;;) {
    const auto name = reader.next();
    if (!name) return name.error();
    if (name->empty()) break;
    if (ended || sums_.size() >= most_entries) return no_backup(fmt::format("\"{}\" does not belong into it", *name));
    ended = *name == entry::sums;
    const auto done = unpack_entry(reader, *name);
    if (!done) return done.error();
  }
  if (!ended) return no_backup("its end is missing");
  if (!fs::exists(database_)) return no_backup("it has no database");
  return manifest;
}

Result<> Staging::unpack_entry(ArchiveReader& reader, const std::string& name) {
  if (name == entry::sums) {
    const auto text = reader.read_all(largest_sums);
    if (!text) return text.error();
    return check_sums(*text);
  }
  const auto place = place_of(name);
  if (!place) return place.error();
  auto file = NewFile::make(*place, "nothing was changed");
  if (!file) return file.error();
  Sha256 sum;
  std::size_t size = 0;
  for (;;) {
    const auto piece = reader.read();
    if (!piece) return piece.error();
    if (piece->empty()) break;
    size += piece->size();
    if (name != entry::database && size > largest_secret) return no_backup(fmt::format("\"{}\" is too large", name));
    sum.add(*piece);
    const auto written = file->write(*piece);
    if (!written) return written;
  }
  sums_.push_back(sum_line(sum.digest(), name));
  return file->sync();
}

// Only names that a backup has lead anywhere.
Result<fs::path> Staging::place_of(const std::string& name) {
  const Error wrong = no_backup(fmt::format("\"{}\" does not belong into it", name));
  fs::path place = database_;
  if (name.starts_with(entry::forests)) {
    const auto rest = name.substr(std::strlen(entry::forests));
    const auto slash = rest.find('/');
    if (slash == std::string::npos || !is_secret(rest.substr(0, slash), rest.substr(slash + 1))) return wrong;
    fs::create_directory(forests_ / rest.substr(0, slash));
    fs::permissions(forests_ / rest.substr(0, slash), fs::perms::owner_all);
    secrets_.push_back(rest);
    place = forests_ / rest;
  } else if (name != entry::database) {
    return wrong;
  }
  if (fs::exists(place)) return no_backup(fmt::format("\"{}\" is in it twice", name));
  return place;
}

Result<> Staging::check_sums(const std::string& text) const {
  std::vector<std::string> said;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) said.push_back(line);
  auto unpacked = sums_;
  std::ranges::sort(said);
  std::ranges::sort(unpacked);
  if (said == unpacked) return {};
  return no_backup("its content is not what its checksums say");
}

}  // namespace morpheus
