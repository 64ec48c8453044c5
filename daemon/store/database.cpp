#include "daemon/store/database.hpp"

#include <SQLiteCpp/Exception.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cassert>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

#include "common/model/size_words.hpp"
#include "daemon/store/query.hpp"
#include "daemon/store/soundness.hpp"
#include "daemon/store/store.hpp"

namespace morpheus::sql {
namespace {

// The loop stands still while SQLite waits for another program's lock (an operator's sqlite3 shell).
constexpr int busy_timeout_ms = 1'000;
// The write-ahead log shrinks back to this after a burst.
constexpr const char* journal_size_limit = "PRAGMA journal_size_limit = 16777216";

std::string_view advice(int code) {
  switch (code & 0xff) {
    case SQLITE_FULL:
      return "the disk is full: make room";
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_CANTOPEN:
      return "check the owner and mode of the file and of its directory";
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return "another program holds it: end that program";
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return "the file is damaged: restore a copy, or run `sqlite3 FILE .recover`";
    case SQLITE_IOERR:
      return "the disk does not read or write: see the kernel's log";
    case SQLITE_CONSTRAINT:
      return "this is a bug of morpheusd: please report it";
    default:
      return "see the kernel's log and the state of the disk";
  }
}

constexpr std::string_view used_up = "a table's largest id was set to 2^63-1: restore a backup from before";

// SQLite calls that full too. A database that cannot be asked has not said so.
bool ids_are_used_up(const SQLite::Database& connection) {
  sqlite3_stmt* query = nullptr;
  constexpr const char* text = "SELECT 1 FROM sqlite_sequence WHERE seq = 9223372036854775807";
  const bool found = sqlite3_prepare_v2(connection.getHandle(), text, -1, &query, nullptr) == SQLITE_OK && sqlite3_step(query) == SQLITE_ROW;
  sqlite3_finalize(query);
  return found;
}

constexpr std::pair<std::uint64_t, std::uint64_t> no_file{};

// Device and inode of what is at `path`.
std::pair<std::uint64_t, std::uint64_t> file_at(const std::string& path) {
  struct stat found {};
  if (::stat(path.c_str(), &found) != 0) return no_file;
  return {found.st_dev, found.st_ino};
}

}  // namespace

Database::Database(std::string path)
    : path_(std::move(path)),
      connection_(path_, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE, busy_timeout_ms) {
  distrust(connection_);
  connection_.exec("PRAGMA foreign_keys = ON");
  const auto written = [](void* self, int, const char*, const char* table, sqlite3_int64) {
    if (std::string_view(table) == "nodes") ++static_cast<Database*>(self)->node_writes_;
  };
  sqlite3_update_hook(connection_.getHandle(), written, this);
  const auto rolled_back = [](void* self) { ++static_cast<Database*>(self)->epoch_; };
  sqlite3_rollback_hook(connection_.getHandle(), rolled_back, this);
}

void Database::make_durable() {
  const std::string mode = connection_.execAndGet("PRAGMA journal_mode = WAL").getString();
  if (mode != "wal")
    throw SQLite::Exception("this file system cannot hold a write-ahead log", SQLITE_CANTOPEN);
  connection_.exec("PRAGMA synchronous = FULL");
  connection_.exec(journal_size_limit);
  file_ = file_at(path_);
}

void Database::check_place() {
  if (file_ == no_file || file_at(path_) == file_) return;
  if (saved_.empty()) save_copy();
  fail(fmt::format("the file was deleted or replaced while it was in use, and nothing more is written; stop morpheusd, "
                   "move {} to {}, and start it again",
                   saved_, path_));
}

void Database::save_copy() {
  const std::string copy = path_ + ".saved";
  const int empty = ::open(copy.c_str(), O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (empty < 0) fail(fmt::format("the file was deleted or replaced, and {} cannot be made: {}", copy, std::strerror(errno)));
  ::close(empty);
  try {
    SQLite::Statement vacuum(connection_, "VACUUM INTO ?");
    vacuum.bind(1, copy);
    vacuum.exec();
  } catch (const SQLite::Exception& error) {
    fail(error);
  }
  saved_ = copy;
}

void Database::begin() {
  assert(!in_transaction_);
  check_place();
  execute("BEGIN IMMEDIATE");
  in_transaction_ = true;
}

void Database::commit() {
  assert(in_transaction_);
  check_transaction();
  execute("COMMIT");
  in_transaction_ = false;
}

void Database::rollback() noexcept {
  in_transaction_ = false;
  sqlite3* handle = connection_.getHandle();
  if (sqlite3_get_autocommit(handle) != 0) return;  // SQLite has rolled it back already
  if (connection_.tryExec("ROLLBACK") != SQLITE_OK) {
    spdlog::error("{}: cannot roll back: {}", path_, connection_.getErrorMsg());
  }
}

void Database::check_transaction() const {
  if (in_transaction_ && sqlite3_get_autocommit(connection_.getHandle()) != 0) {
    fail("the open transaction was rolled back by an earlier failure");
  }
}

void Database::check_room(std::uint64_t least) const {
  std::error_code error;
  const auto directory = std::filesystem::absolute(path_, error).parent_path();
  const auto space = error ? std::filesystem::space_info{} : std::filesystem::space(directory, error);
  if (error) fail(fmt::format("how much is free on its disk cannot be told: {}", error.message()));
  if (space.available >= least) return;
  fail(fmt::format("the disk is full, {} are free where {} are needed: make room; df {}", size_words(space.available), size_words(least),
                   directory.string()));
}

std::uint64_t Database::epoch() {
  static const std::string text = "PRAGMA data_version";
  Query query(*this, text);
  std::int64_t commits = 0;
  if (query.next()) query.into(commits);
  if (commits != others_commits_) ++epoch_;
  others_commits_ = commits;
  return epoch_;
}

void Database::execute(const char* text) {
  if (connection_.tryExec(text) != SQLITE_OK) fail(SQLite::Exception(connection_.getHandle()));
}

void Database::fail(const SQLite::Exception& error) const {
  const int code = error.getErrorCode();
  const bool out_of_ids = (code & 0xff) == SQLITE_FULL && ids_are_used_up(connection_);
  throw StoreError(fmt::format("database {}: {}; {}", path_, error.what(), out_of_ids ? used_up : advice(code)));
}

void Database::fail(const std::string& what) const {
  throw StoreError(fmt::format("database {}: {}", path_, what));
}

SQLite::Statement& Database::prepared(const std::string& text) {
  const auto found = statements_.find(text);
  if (found != statements_.end()) return found->second;
  try {
    return statements_.emplace(text, SQLite::Statement(connection_, text)).first->second;
  } catch (const SQLite::Exception& error) {
    fail(error);
  }
}

RelaxedDurability::RelaxedDurability(Database& database)
    : database_(database), active_(!database.in_transaction()) {
  if (active_) database_.execute("PRAGMA synchronous = NORMAL");
}

RelaxedDurability::~RelaxedDurability() {
  if (active_ && database_.raw().tryExec("PRAGMA synchronous = FULL") != SQLITE_OK) {
    spdlog::error("{}: cannot return to synchronous=FULL: {}", database_.path(),
                  database_.raw().getErrorMsg());
  }
}

}  // namespace morpheus::sql
