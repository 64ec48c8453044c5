#include "daemon/backup/restore.hpp"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Exception.h>
#include <SQLiteCpp/Statement.h>
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <stdexcept>

#include "common/decode/text.hpp"
#include "daemon/backup/staging.hpp"
#include "daemon/runtime/durable_file.hpp"
#include "daemon/runtime/lock_file.hpp"
#include "daemon/store/schema.hpp"
#include "daemon/store/soundness.hpp"

namespace morpheus {
namespace fs = std::filesystem;
namespace {

// Two names of one file must meet at one lock.
std::string real_path(const std::string& path) {
  std::error_code unresolved;
  const auto resolved = fs::weakly_canonical(fs::absolute(path), unresolved);
  return unresolved ? path : resolved.string();
}

constexpr const char* stop_it = "systemctl stop morpheusd.socket morpheusd.service, and then again";

Result<LockFile> take_lock(const std::string& path, const std::string& what) {
  auto lock = LockFile::take(path, what, "daemon.state_dir");
  if (lock || lock.error().code != ErrorCode::conflict) return lock;
  return Error{ErrorCode::conflict, fmt::format("a morpheusd runs on {}", what), stop_it};
}

// A database with forests is never replaced, nor one that cannot be read. Looking at it also brings home what a killed daemon left in its
// write-ahead log, so that the one file can be moved away.
Result<> check_vacant(const std::string& path) {
  std::error_code error;
  if (!fs::exists(path, error) || fs::file_size(path, error) == 0) return {};
  const auto aside = fmt::format("if it is not wanted any more, move it away: mv {0} {0}.old", path);
  try {
    SQLite::Database database(path, SQLite::OPEN_READWRITE);
    if (!database.tableExists("forests") || database.execAndGet("PRAGMA application_id").getInt() != sql::application_id) {
      return Error{ErrorCode::conflict, fmt::format("{} is no database of morpheusd", path), aside};
    }
    const int forests = database.execAndGet("SELECT count(*) FROM forests").getInt();
    if (forests == 0) return {};
    return Error{ErrorCode::conflict, fmt::format("{} has {} forest{} already", path, forests, forests == 1 ? "" : "s"), aside};
  } catch (const SQLite::Exception& failure) {
    return Error{ErrorCode::conflict, fmt::format("{} cannot be read: {}", path, failure.what()), aside};
  }
}

Error damaged(const std::string& why) {
  return Error{ErrorCode::invalid, "the backup's database is damaged: " + why, "use another backup; nothing was changed"};
}

Result<> check_database(SQLite::Database& database, const Manifest& manifest) {
  const int known = static_cast<int>(sql::migrations().size());
  const int version = database.execAndGet("PRAGMA user_version").getInt();
  if (version > known || manifest.schema > known) {
    return Error{ErrorCode::invalid,
                 fmt::format("its database is of version {}, made by morpheusd {}, and this one knows versions up to {}",
                             std::max(version, manifest.schema), manifest.version, known),
                 "restore it with that version or a newer one"};
  }
  if (database.execAndGet("PRAGMA application_id").getInt() != sql::application_id) return damaged("it is another program's");
  if (version < 1 || version != manifest.schema) return damaged("it is of another version than the manifest says");
  const auto expected = sql::check_schema(database, version);
  if (!expected) return damaged(expected.error().message);
  // Indices too: a name that is read from one has to be the name in the table.
  const std::string sound = database.execAndGet("PRAGMA integrity_check(1)").getString();
  if (sound != "ok") return damaged(clean(sound, longest_error));
  const auto content = sql::check_content(database, sql::Checked::at_restore);
  if (!content) return damaged(content.error().message);
  const std::string id = database.execAndGet("SELECT value FROM meta WHERE key = 'installation_id'").getString();
  if (id != manifest.installation_id) return damaged("it is of another installation than the manifest says");
  return {};
}

void mark_standby(SQLite::Database& database, const Manifest& manifest) {
  SQLite::Statement update(database, "UPDATE duty SET state = 'standby', reason = ?");
  update.bind(1, fmt::format("restored from a copy that {} made on {}; its original may still act", manifest.host, manifest.time));
  update.exec();
}

// It is another incarnation of the database from here on, and is given an actor of its own when it is opened. One of an older
// version has none.
void forget_actor(SQLite::Database& database) {
  const auto has_one = database.execAndGet("SELECT count(*) FROM pragma_table_info('duty') WHERE name = 'actor'").getInt();
  if (has_one != 0) database.exec("UPDATE duty SET actor = ''");
}

void read_content(SQLite::Database& database, Restored& restored) {
  SQLite::Statement forests(database, "SELECT name FROM forests ORDER BY id");
  while (forests.executeStep()) restored.forests.push_back(forests.getColumn(0).getString());
  restored.nodes = database.execAndGet("SELECT count(*) FROM nodes WHERE state != 'gone'").getUInt();
}

Result<> examine(const Staging& staging, Restored& restored) {
  try {
    SQLite::Database database(staging.database(), SQLite::OPEN_READWRITE);
    sql::distrust(database);
    const auto sound = check_database(database, restored.manifest);
    if (!sound) return sound;
    database.exec("PRAGMA synchronous = FULL");
    if (restored.manifest.kind == "copy") mark_standby(database, restored.manifest);
    forget_actor(database);
    read_content(database, restored);
  } catch (const SQLite::Exception& error) {
    return damaged(clean(error.what(), longest_error));
  }
  for (const auto& forest : restored.forests) {
    const auto is_its = [&](const std::string& file) { return file.starts_with(forest + "/"); };
    if (!std::ranges::any_of(staging.secrets(), is_its)) {
      restored.warnings.push_back(fmt::format("the backup has no secrets of {}: it cannot grow", forest));
    }
  }
  restored.secrets = staging.secrets().size();
  return {};
}

void make_durable(const fs::path& directory) {
  const auto synced = sync_directory(directory, "");
  if (!synced) throw std::runtime_error("cannot be made durable: " + synced.error().message);
}

void move_aside(const fs::path& path, const Clock& clock, Restored& restored) {
  if (!fs::exists(path)) return;
  const auto seconds = clock.wall().time_since_epoch() / std::chrono::seconds(1);
  fs::path aside = fmt::format("{}.before-restore-{}", path.string(), seconds);
  for (int n = 1; fs::exists(aside); ++n) aside = fmt::format("{}.before-restore-{}-{}", path.string(), seconds, n);
  fs::rename(path, aside);
  restored.aside.push_back(aside);
}

// The database comes last: without it, no daemon knows any of these forests.
void put_in_place(const Staging& staging, const RestorePlace& place, const Clock& clock, const std::function<void()>& before_step,
                  Restored& restored) {
  const fs::path forests = fs::path(place.state_dir) / "forests";
  const fs::path database = place.database;
  for (const auto& forest : fs::directory_iterator(staging.forests())) make_durable(forest);
  make_durable(staging.forests());
  before_step();
  if (fs::exists(forests) && fs::is_empty(forests)) fs::remove(forests);
  move_aside(forests, clock, restored);
  before_step();
  fs::rename(staging.forests(), forests);
  make_durable(place.state_dir);
  before_step();
  move_aside(database, clock, restored);
  for (const char* more : {"-wal", "-journal"}) move_aside(place.database + more, clock, restored);  // of a database that was moved away
  fs::remove(place.database + "-shm");
  before_step();
  fs::rename(staging.database(), database);
  make_durable(database.has_parent_path() ? database.parent_path() : ".");
}

}  // namespace

void sweep_restore(const RestorePlace& place) { const Staging left(place.state_dir, real_path(place.database)); }

Result<Restored> restore(const std::string& file, const RestorePlace& place, const Clock& clock, const std::function<void()>& before_step) {
  auto archive = ArchiveFile::open(file);
  if (!archive) return archive.error();
  return restore(*archive, place, clock, before_step);
}

Result<Restored> restore(ArchiveFile& archive, const RestorePlace& wanted, const Clock& clock, const std::function<void()>& before_step) {
  try {
    RestorePlace place = wanted;
    place.database = real_path(wanted.database);
    const auto lock = take_lock(place.state_dir + "/lock", place.state_dir);
    if (!lock) return lock.error();
    const auto second = take_lock(place.database + ".lock", place.database);
    if (!second) return second.error();
    const auto vacant = check_vacant(place.database);
    if (!vacant) return vacant.error();
    Staging staging(place.state_dir, place.database);
    before_step();
    const auto manifest = staging.unpack(archive);
    if (!manifest) return manifest.error();
    Restored restored;
    restored.manifest = *manifest;
    const auto sound = examine(staging, restored);
    if (!sound) return sound.error();
    put_in_place(staging, place, clock, before_step, restored);
    return restored;
  } catch (const std::exception& error) {
    return Error{ErrorCode::failed, error.what(), "see what there is, and restore again"};
  }
}

}  // namespace morpheus
