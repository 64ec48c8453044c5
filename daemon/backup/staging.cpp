#include "daemon/backup/staging.hpp"

#include <cstring>

#include "common/archive/entries.hpp"
#include "daemon/store/copy.hpp"

namespace morpheus {
namespace fs = std::filesystem;

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

Result<Manifest> Staging::unpack(ArchiveFile& file) {
  fs::create_directory(forests_);
  fs::permissions(forests_, fs::perms::owner_all);
  ArchiveReader reader(*this);
  for (;;) {
    const auto bytes = file.read();
    if (!bytes) return bytes.error();
    if (bytes->empty()) return reader.finish();
    const auto added = reader.add(*bytes);
    if (!added) return added.error();
  }
}

Result<> Staging::begin(const std::string& name) {
  auto file = NewFile::make(place_of(name), "nothing was changed");
  if (!file) return file.error();
  file_.emplace(*std::move(file));
  return {};
}

Result<> Staging::add(std::string_view bytes) { return file_->write(bytes); }

Result<> Staging::end() {
  const auto synced = file_->sync();
  file_.reset();
  return synced;
}

// Of a name that a backup may have: the reader has checked it.
fs::path Staging::place_of(const std::string& name) {
  if (name == entry::database) return database_;
  const auto file = name.substr(std::strlen(entry::forests));
  const auto place = forests_ / file;
  fs::create_directory(place.parent_path());
  fs::permissions(place.parent_path(), fs::perms::owner_all);
  secrets_.push_back(file);
  return place;
}

}  // namespace morpheus
