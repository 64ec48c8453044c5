#pragma once

#include <functional>
#include <string>
#include <utility>

#include "daemon/store/database.hpp"
#include "daemon/store/lock_file.hpp"
#include "daemon/store/store.hpp"

namespace morpheus {

// What the Store's files share: the database, the state of the transaction, and the one place where SQLite's exceptions
// become StoreError.
class Store::Impl {
 public:
  Impl(std::string path, LockFile lock) : path_(std::move(path)), lock_(std::move(lock)), database_(path_) {}

  template <class Work>
  auto guarded(Work work) -> decltype(work()) {
    try {
      return work();
    } catch (const SQLite::Exception& error) {
      throw StoreError("database " + path_ + ": " + error.what() + ": check its disk's space and its rights");
    }
  }

  // A change: committed at once, with the hook, unless a transaction is open.
  template <class Work>
  void change(Work work) {
    guarded(work);
    if (!in_transaction_) committed();
  }

  void committed() {
    if (on_commit_) on_commit_();
  }

  Query query(const std::string& sql) { return Query(database_.prepared(sql)); }

  std::int64_t last_id() { return database_.raw().getLastInsertRowid(); }

  // A row that is not there was to be changed: a bug of the caller.
  void expect_changed(const char* what) {
    if (database_.raw().getChanges() != 1) throw StoreError(std::string("no such ") + what + " in " + path_);
  }

  std::int64_t text_id(const std::string& text);

  std::string path_;
  LockFile lock_;
  Database database_;
  std::string installation_id_;
  std::function<void()> on_commit_;
  bool in_transaction_ = false;
  std::map<std::string, std::int64_t> text_ids_;
};

}  // namespace morpheus
