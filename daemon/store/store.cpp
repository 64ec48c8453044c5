#include "daemon/store/store.hpp"

#include <utility>

#include "daemon/store/impl.hpp"
#include "daemon/store/query.hpp"

namespace morpheus {

Store::Store(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Store::~Store() = default;

void Store::before_commit(std::function<void()> hook) { impl_->committing = std::move(hook); }

void Store::on_commit(std::function<void()> hook) { impl_->committed = std::move(hook); }

const std::string& Store::installation_id() const { return impl_->installation_id; }

int Store::schema_version() const {
  sql::Query query(impl_->database, "PRAGMA user_version");
  int version = 0;
  if (query.next()) query.into(version);
  return version;
}

void Store::check_writable() { const Transaction nothing(*this); }

Store::Transaction::Transaction(Store& store) : store_(store) { store_.impl_->database.begin(); }

Store::Transaction::~Transaction() {
  if (open_) store_.impl_->database.rollback();
}

void Store::Transaction::commit() {
  if (store_.impl_->committing) store_.impl_->committing();
  store_.impl_->database.commit();
  open_ = false;  // the hook may throw, and what is committed stays so
  if (store_.impl_->committed) store_.impl_->committed();
}

}  // namespace morpheus
