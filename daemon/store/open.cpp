#include <SQLiteCpp/Exception.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>

#include "daemon/store/impl.hpp"
#include "daemon/store/schema.hpp"
#include "daemon/store/soundness.hpp"

namespace morpheus {
namespace {

constexpr mode_t private_mode = 0600;
constexpr std::string_view magic{"SQLite format 3", 16};  // with its NUL
constexpr const char* another_file = "name another file in daemon.database";

// Makes sure that there is a file that SQLite can use: a new, empty one, or a database. The descriptor is
// closed before SQLite opens the file: closing one later would drop SQLite's own locks.
Result<> prepare_file(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NONBLOCK, private_mode);
  if (descriptor < 0) {
    return Error{ErrorCode::invalid, fmt::format("cannot open {}: {}", path, std::strerror(errno)),
                 "check the owner and mode of the file and of its directory"};
  }
  struct stat found {};
  std::array<char, magic.size()> head{};
  const bool regular = ::fstat(descriptor, &found) == 0 && S_ISREG(found.st_mode);
  const ssize_t size = regular ? ::read(descriptor, head.data(), head.size()) : -1;
  ::close(descriptor);
  if (!regular) return Error{ErrorCode::invalid, fmt::format("{} is not a regular file", path), another_file};
  if (size == 0 || std::string_view(head.data(), head.size()) == magic) return {};
  return Error{ErrorCode::invalid, fmt::format("{} is not a SQLite database", path), another_file};
}

Result<> make_private(const std::string& path) {
  if (::chmod(path.c_str(), private_mode) == 0) return {};
  return Error{ErrorCode::invalid, fmt::format("cannot make {} private: {}", path, std::strerror(errno)),
               "it must belong to the user that runs morpheusd"};
}

Error open_error(const std::string& path, const SQLite::Exception& error) {
  switch (error.getErrorCode()) {
    case SQLITE_NOTADB:
      return {ErrorCode::invalid, fmt::format("{} is not a SQLite database", path), another_file};
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return {ErrorCode::conflict, fmt::format("another program holds the database {}", path),
              "end that program"};
    case SQLITE_CORRUPT:
      return {ErrorCode::failed, fmt::format("the database {} is damaged: {}", path, error.what()),
              "restore a copy, or run `sqlite3 FILE .recover`"};
    default:
      return {ErrorCode::failed, fmt::format("cannot open the database {}: {}", path, error.what()),
              "check its file system, and the owner and mode of the file and of its directory"};
  }
}

std::string stored_installation_id(sql::Database& database, std::string_view new_id) {
  sql::Query(database, "INSERT INTO meta (key, value) VALUES ('installation_id', ?) ON CONFLICT DO NOTHING")
      .with(new_id)
      .run();
  sql::Query query(database, "SELECT value FROM meta WHERE key = 'installation_id'");
  std::string id;
  if (query.next()) query.into(id);
  return id;
}

}  // namespace

Result<std::unique_ptr<Store>> Store::open(const std::string& path, std::string_view new_installation_id) {
  std::error_code unresolved;  // two names of one file must meet at one lock
  auto resolved = std::filesystem::weakly_canonical(path, unresolved).string();
  const std::string file = unresolved ? path : resolved;
  if (std::filesystem::is_directory(file, unresolved)) {
    return Error{ErrorCode::invalid, fmt::format("the database {} is a directory", file), another_file};
  }
  auto lock = LockFile::take(file + ".lock", file, "daemon.database");
  if (!lock) return lock.error();
  if (const auto prepared = prepare_file(file); !prepared) return prepared.error();
  try {
    auto impl = std::make_unique<Impl>(std::move(*lock), file);
    if (const auto migrated = sql::migrate(impl->database.raw(), sql::migrations()); !migrated) {
      const Error& error = migrated.error();
      return Error{error.code, fmt::format("cannot use the database {}: {}", file, error.message),
                   error.hint};
    }
    if (const auto sound = sql::check_content(impl->database.raw(), sql::Checked::at_start); !sound) {
      return Error{sound.error().code, fmt::format("cannot use the database {}: {}", file, sound.error().message), sound.error().hint};
    }
    if (const auto kept = make_private(file); !kept) return kept.error();
    impl->database.make_durable();
    impl->installation_id = stored_installation_id(impl->database, new_installation_id);
    return std::unique_ptr<Store>(new Store(std::move(impl)));
  } catch (const SQLite::Exception& error) {
    return open_error(file, error);
  } catch (const StoreError& error) {
    return Error{ErrorCode::failed, error.what(), {}};
  }
}

}  // namespace morpheus
