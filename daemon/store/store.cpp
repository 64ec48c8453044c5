#include "daemon/store/store.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "daemon/store/impl.hpp"
#include "daemon/store/schema.hpp"

namespace morpheus {
namespace {

// SQLite makes its other files with the rights of this one.
Result<> make_private_file(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) {
    return Error{ErrorCode::failed, fmt::format("database {}: {}", path, std::strerror(errno)),
                 "check daemon.database and the rights of its directory"};
  }
  ::close(fd);
  return {};
}

std::string read_installation_id(Database& database, std::string_view new_id) {
  Query found(database.prepared("SELECT id FROM installation"));
  if (found.next()) return Row(found).text();
  Query(database.prepared("INSERT INTO installation VALUES (?)")).bind(new_id).run();
  return std::string(new_id);
}

}  // namespace

Result<std::unique_ptr<Store>> Store::open(const std::string& path, std::string_view new_installation_id) {
  auto lock = LockFile::take(path + ".lock");
  if (!lock) return lock.error();
  const auto made = make_private_file(path);
  if (!made) return made.error();
  try {
    auto impl = std::make_unique<Impl>(path, *std::move(lock));
    const auto migrated = migrate(impl->database_.raw());
    if (!migrated) return migrated.error();
    impl->installation_id_ = read_installation_id(impl->database_, new_installation_id);
    return std::unique_ptr<Store>(new Store(std::move(impl)));
  } catch (const SQLite::Exception& error) {
    return Error{ErrorCode::invalid, fmt::format("database {}: {}", path, error.what()),
                 "it is not Morpheus's or is damaged: restore it from a backup, or name another daemon.database"};
  }
}

Store::Store(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Store::~Store() = default;

void Store::on_commit(std::function<void()> hook) { impl_->on_commit_ = std::move(hook); }
const std::string& Store::installation_id() const { return impl_->installation_id_; }

Store::Transaction::Transaction(Store& store) : store_(store) {
  if (store.impl_->in_transaction_) throw std::logic_error("transactions do not nest");
  store.impl_->guarded([&] { store.impl_->database_.raw().exec("BEGIN IMMEDIATE"); });
  store.impl_->in_transaction_ = true;
}

Store::Transaction::~Transaction() {
  if (!open_) return;
  store_.impl_->in_transaction_ = false;
  if (store_.impl_->database_.raw().tryExec("ROLLBACK") != SQLite::OK) {
    spdlog::debug("nothing to roll back: SQLite had done so");
  }
}

void Store::Transaction::commit() {
  store_.impl_->guarded([&] { store_.impl_->database_.raw().exec("COMMIT"); });
  open_ = false;
  store_.impl_->in_transaction_ = false;
  store_.impl_->committed();
}

}  // namespace morpheus
