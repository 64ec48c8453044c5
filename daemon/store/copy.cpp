#include "daemon/store/copy.hpp"

#include <SQLiteCpp/Backup.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <optional>

#include "common/model/size_words.hpp"
#include "daemon/store/impl.hpp"

namespace morpheus {
namespace {

constexpr int pages_a_step = 256;                             // 1 MiB
constexpr std::uintmax_t room_to_spare = std::uintmax_t{64} << 20;  // bytes that the copy leaves free

std::uintmax_t size_of(SQLite::Database& database) {
  const auto pages = database.execAndGet("PRAGMA page_count").getInt64();
  return static_cast<std::uintmax_t>(pages * database.execAndGet("PRAGMA page_size").getInt64());
}

Result<> check_room(const std::string& path, std::uintmax_t size) {
  const auto directory = std::filesystem::path(path).parent_path();
  std::error_code error;
  const auto space = std::filesystem::space(directory, error);
  if (error || space.available >= size + room_to_spare) return {};
  return Error{ErrorCode::failed,
               fmt::format("no room for a copy of the database in {}: it takes {}, and {} are free", directory.string(),
                           size_words(size + room_to_spare), size_words(space.available)),
               fmt::format("df {}", directory.string())};
}

Result<> make_private_file(const std::string& path) {
  sweep_copy(path);
  const int made = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (made < 0) return Error{ErrorCode::failed, fmt::format("{}: {}", path, std::strerror(errno)), "check daemon.state_dir"};
  ::close(made);
  return {};
}

}  // namespace

class Store::Copy::Work {
 public:
  Work(Impl& impl, std::string place)
      : source(impl.database), path(std::move(place)), target(path, SQLite::OPEN_READWRITE) {
    target.exec("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF");  // a file that no crash outlasts
    backup.emplace(target, source.raw());
  }

  sql::Database& source;
  std::string path;
  SQLite::Database target;
  std::optional<SQLite::Backup> backup;
};

Store::Copy::Copy(std::unique_ptr<Work> work) : work_(std::move(work)) {}

Store::Copy::~Copy() {
  const std::string path = work_->path;
  work_.reset();
  sweep_copy(path);
}

Result<std::unique_ptr<Store::Copy>> Store::Copy::begin(Store& store, const std::string& path) {
  Impl& impl = *store.impl_;
  try {
    const auto room = check_room(path, size_of(impl.database.raw()));
    if (!room) return room.error();
    const auto made = make_private_file(path);
    if (!made) return made.error();
    return std::unique_ptr<Copy>(new Copy(std::make_unique<Work>(impl, path)));
  } catch (const SQLite::Exception& error) {
    impl.database.fail(error);
  }
}

bool Store::Copy::step() {
  try {
    SQLite::Backup& backup = *work_->backup;
    if (backup.getTotalPageCount() == 0) backup.executeStep(0);  // which counts them
    // The last pages are finish()'s: a copy that is complete takes up nothing more.
    if (backup.getRemainingPageCount() <= pages_a_step) return false;
    backup.executeStep(pages_a_step);
    return backup.getRemainingPageCount() > pages_a_step;
  } catch (const SQLite::Exception& error) {
    work_->source.fail(fmt::format("it cannot be copied to {}: {}", work_->path, error.what()));
  }
}

// The copy is marked as one with a write-ahead log, as its original is; in an archive it is one file.
void Store::Copy::finish() {
  try {
    if (work_->backup->executeStep(-1) != SQLITE_DONE) work_->source.fail("it is busy, and cannot be copied");
    work_->backup.reset();
    work_->target.exec("PRAGMA journal_mode = DELETE");
  } catch (const SQLite::Exception& error) {
    work_->source.fail(fmt::format("it cannot be copied to {}: {}", work_->path, error.what()));
  }
}

void Store::Copy::set_lease(const LeaseRecord& lease) {
  try {
    SQLite::Statement update(work_->target, "UPDATE duty SET state = ?, generation = ?, reason = ?");
    update.bind(1, std::string(to_string(lease.state)));
    update.bind(2, lease.epoch);
    update.bind(3, lease.reason);
    update.exec();
  } catch (const SQLite::Exception& error) {
    work_->source.fail(fmt::format("its copy {}: {}", work_->path, error.what()));
  }
}

void sweep_copy(const std::string& path) {
  for (const char* more : {"", "-journal", "-wal", "-shm"}) {
    std::error_code absent;
    std::filesystem::remove(path + more, absent);
  }
}

}  // namespace morpheus
