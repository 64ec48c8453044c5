#include <signal.h>
#include <sys/resource.h>

#include <fstream>
#include <limits>

#include "daemon/store/query.hpp"
#include "tests/unit/store/fixture.hpp"

// Waits in real time: SQLite waits for another program's lock by the system's clock.

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

TEST_F(FailureTest, ADatabaseThatIsDeletedWhileInUseTakesNothingMoreAndItsContentIsSaved) {
  add_forest("oak");
  for (const auto* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(path_ + suffix);
  for (int attempt = 0; attempt < 2; ++attempt) {
    try {
      add_forest("elm");
      FAIL() << "it was written to a file that is gone";
    } catch (const StoreError& error) {
      EXPECT_NE(std::string(error.what()).find("move " + path_ + ".saved to " + path_), std::string::npos) << error.what();
    }
  }
  EXPECT_EQ(store_->forests().size(), 1U) << "what is there can still be read";
  std::filesystem::rename(path_ + ".saved", path_);
  reopen();
  EXPECT_EQ(store_->forests().size(), 1U);
  EXPECT_TRUE(store_->forest("oak"));
  add_forest("elm");
}

TEST_F(FailureTest, ADamagedPageIsAStoreErrorOrWasNotNeeded) {
  for (int i = 0; i < 200; ++i) add_forest("oak-" + std::to_string(i));
  store_.reset();
  const auto size = std::filesystem::file_size(path_);
  for (std::uintmax_t page = 1; page < size / 4096; ++page) {
    const auto damaged = directory_ / "damaged.db";
    std::filesystem::copy_file(path_, damaged, std::filesystem::copy_options::overwrite_existing);
    std::fstream file(damaged, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(static_cast<std::streamoff>(page * 4096));
    file << std::string(4096, '\xa5');
    file.close();
    const auto opened = Store::open(damaged.string(), "x");
    if (!opened) {
      EXPECT_NE(opened.error().message.find("is damaged"), std::string::npos) << opened.error().message;
      continue;
    }
    try {
      (*opened)->forests();
      (*opened)->running_operations();
      (*opened)->last_events("", 100);
    } catch (const StoreError& error) {
      EXPECT_NE(std::string(error.what()).find("is damaged"), std::string::npos) << error.what();
    }
  }
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

TEST_F(FailureTest, ADiskWithoutRoomIsSaidBeforeAnythingBegins) {
  const sql::Database database((directory_ / "room.db").string());
  database.check_room(1);
  try {
    database.check_room(std::numeric_limits<std::uint64_t>::max());
    FAIL() << "there was room";
  } catch (const StoreError& error) {
    EXPECT_NE(std::string(error.what()).find("the disk is full"), std::string::npos) << error.what();
    EXPECT_NE(std::string(error.what()).find("df " + directory_.string()), std::string::npos) << error.what();
  }
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
