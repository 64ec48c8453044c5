#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "daemon/runtime/lock_file.hpp"
#include "daemon/store/database.hpp"
#include "daemon/store/last_decisions.hpp"
#include "daemon/store/node_cache.hpp"
#include "daemon/store/query.hpp"
#include "daemon/store/server_rows.hpp"
#include "daemon/store/store.hpp"

namespace morpheus {

// What the parts of the store share. The lock outlives the connection.
class Store::Impl {
 public:
  Impl(LockFile held, std::string path) : lock(std::move(held)), database(std::move(path)) {}

  LockFile lock;
  sql::Database database;
  NodeCache nodes{database};
  LastDecisions last_decisions{database};
  ServerRows servers{database};
  std::string installation_id;
  std::optional<std::string> moving;  // why this daemon does not act although it is stored as active
  std::function<void()> committing;  // may throw StoreError
  std::function<void()> committed;   // may throw anything
};

// Makes one write a transaction of its own, or a part of the one that is open.
class Store::Change {
 public:
  explicit Change(Impl& impl) : impl_(impl), own_(!impl.database.in_transaction()) {
    if (own_) {
      impl_.database.begin();
    } else {
      impl_.database.check_transaction();
    }
  }
  ~Change() {
    if (own_) impl_.database.rollback();
  }
  Change(const Change&) = delete;
  Change& operator=(const Change&) = delete;

  void commit() {
    if (commit_quietly() && impl_.committed) impl_.committed();
  }

  // Without telling the hook; false if an outer transaction has yet to commit it.
  bool commit_quietly() {
    if (!own_) return false;
    if (impl_.committing) impl_.committing();
    impl_.database.commit();
    own_ = false;
    return true;
  }

 private:
  Impl& impl_;
  bool own_;
};

}  // namespace morpheus
