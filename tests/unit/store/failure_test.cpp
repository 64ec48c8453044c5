#include <signal.h>
#include <sys/resource.h>

#include "daemon/store/query.hpp"
#include "tests/unit/store/fixture.hpp"

namespace morpheus {
namespace {

using FailureTest = StoreTest;

// No file of this process grows beyond `bytes` while it lives.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) : handler_(::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    rlimit limited = before_;
    limited.rlim_cur = bytes;
    ::setrlimit(RLIMIT_FSIZE, &limited);
  }
  ~FileSizeLimit() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    ::signal(SIGXFSZ, handler_);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;

 private:
  rlimit before_{};
  void (*handler_)(int);
};

TEST_F(FailureTest, ADiskThatTakesNoMoreIsAStoreErrorAndNothingOfTheTransactionStays) {
  add_forest("oak");
  {
    const FileSizeLimit limit(std::filesystem::file_size(path_ + "-wal"));
    EXPECT_THROW(
        {
          Store::Transaction transaction(*store_);
          add_forest("elm");
          transaction.commit();
        },
        StoreError);
    EXPECT_THROW(add_forest("ash"), StoreError);
  }
  EXPECT_EQ(store_->forests().size(), 1U);
  add_forest("yew");
  reopen();
  EXPECT_EQ(store_->forests().size(), 2U);
}

TEST_F(FailureTest, AFullDatabaseNamesTheFileAndWhatToDo) {
  sql::Database database((directory_ / "full.db").string());
  database.make_durable();
  database.execute("CREATE TABLE t (x TEXT) STRICT");
  database.execute("PRAGMA max_page_count = 3");
  try {
    sql::Query(database, "INSERT INTO t VALUES (?)").with(std::string(100'000, 'x')).run();
    FAIL() << "there was room";
  } catch (const StoreError& error) {
    EXPECT_NE(std::string(error.what()).find(database.path()), std::string::npos);
    EXPECT_NE(std::string(error.what()).find("make room"), std::string::npos) << error.what();
  }
  EXPECT_EQ(sql::Query(database, "INSERT INTO t VALUES (?)").with("small").run(), 1)
      << "the statement can be used again";
}

TEST_F(FailureTest, AWriteAfterSqliteRolledTheTransactionBackDoesNotStandAlone) {
  sql::Database database((directory_ / "rolled.db").string());
  database.make_durable();
  database.begin();
  database.execute("ROLLBACK");  // as SQLite does by itself when the disk is full
  EXPECT_THROW(database.check_transaction(), StoreError);
  EXPECT_THROW(database.commit(), StoreError);
  database.rollback();
  EXPECT_FALSE(database.in_transaction());
}

TEST_F(FailureTest, ADatabaseThatMayNotBeWrittenIsAStoreError) {
  sql::Database database(path_);
  database.execute("PRAGMA query_only = ON");
  EXPECT_THROW(sql::Query(database, "DELETE FROM forests").run(), StoreError);
}

TEST_F(FailureTest, AnUnknownNameInTheDatabaseIsAStoreErrorThatShowsIt) {
  add_forest("oak");
  SQLite::Database(path_, SQLite::OPEN_READWRITE).exec("UPDATE forests SET state = 'hovering'");
  try {
    (void)store_->forests();
    FAIL() << "it was read";
  } catch (const StoreError& error) {
    EXPECT_NE(std::string(error.what()).find("hovering"), std::string::npos);
  }
}

TEST_F(FailureTest, AnotherProgramThatHoldsTheDatabaseIsWaitedForABoundedTime) {
  SQLite::Database other(path_, SQLite::OPEN_READWRITE);
  other.exec("BEGIN IMMEDIATE");
  try {
    add_forest("oak");
    FAIL() << "it was written";
  } catch (const StoreError& error) {
    EXPECT_NE(std::string(error.what()).find("another program holds it"), std::string::npos) << error.what();
  }
  other.exec("ROLLBACK");
  EXPECT_NO_THROW(add_forest("oak"));
}

}  // namespace
}  // namespace morpheus
