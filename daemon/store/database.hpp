#pragma once

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

#include <cstdint>
#include <string>
#include <unordered_map>
#include <utility>

namespace morpheus::sql {

// One connection: its prepared statements, and the one transaction that may be open. What SQLite refuses is
// thrown as StoreError. Only what opens it, and raw(), throw SQLite::Exception.
class Database {
 public:
  // Opens the database file at `path`, or creates it; changes nothing in it.
  explicit Database(std::string path);
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  // A write-ahead log, and synchronous=FULL. Once, when it is known that the database is ours; throws
  // SQLite::Exception.
  void make_durable();

  SQLite::Database& raw() { return connection_; }
  const std::string& path() const { return path_; }

  // BEGIN IMMEDIATE. A transaction that is open already is a bug. Throws when the file is no longer at its path: what would be
  // written would be lost with the process. Its content is then saved beside it, once.
  void begin();
  // Throws and leaves the transaction open when SQLite cannot make it durable.
  void commit();
  void rollback() noexcept;
  bool in_transaction() const { return in_transaction_; }
  // Throws when SQLite has rolled back the open transaction by itself (a full disk): a write would stand
  // alone.
  void check_transaction() const;

  // Throws when the file's disk has less than `least` bytes free for this process, or when that cannot be told.
  void check_room(std::uint64_t least) const;

  // Changes whenever something else than this connection's own writes may have changed what was read: a commit of another program, or a
  // rollback.
  std::uint64_t epoch();
  // Rows of the table nodes that were written, cascades included.
  std::uint64_t node_writes() const { return node_writes_; }

  // Runs statements that are not worth keeping.
  void execute(const char* text);
  std::int64_t last_id() const { return connection_.getLastInsertRowid(); }

  // Throws `error` as StoreError: names the file, says what to do.
  [[noreturn]] void fail(const SQLite::Exception& error) const;
  // The same for what is wrong in words of our own.
  [[noreturn]] void fail(const std::string& what) const;

 private:
  friend class Query;
  SQLite::Statement& prepared(const std::string& text);
  void check_place();
  void save_copy();

  std::string path_;
  SQLite::Database connection_;
  std::unordered_map<std::string, SQLite::Statement> statements_;  // as many as there are texts in the code
  bool in_transaction_ = false;
  std::uint64_t epoch_ = 0;
  std::int64_t others_commits_ = 0;  // as SQLite counts them
  std::uint64_t node_writes_ = 0;
  std::pair<std::uint64_t, std::uint64_t> file_{};  // device and inode; zeroes until it is durable
  std::string saved_;  // where the content is, once the file was found gone
};

// While it lives, `database` commits with synchronous=NORMAL: for what may be lost with the machine's power.
// Made and destroyed outside a transaction; inside one it does nothing.
class RelaxedDurability {
 public:
  explicit RelaxedDurability(Database& database);
  ~RelaxedDurability();
  RelaxedDurability(const RelaxedDurability&) = delete;
  RelaxedDurability& operator=(const RelaxedDurability&) = delete;

 private:
  Database& database_;
  bool active_;
};

}  // namespace morpheus::sql
