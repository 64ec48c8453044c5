#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "common/model/names.hpp"
#include "common/model/time.hpp"

namespace morpheus {

// A prepared statement for one use: bound in order, and reset when it goes out of scope, whatever happened meanwhile.
class Query {
 public:
  explicit Query(SQLite::Statement& statement) : statement_(statement) { statement_.reset(); }
  ~Query() {
    statement_.tryReset();
    statement_.clearBindings();
  }
  Query(const Query&) = delete;
  Query& operator=(const Query&) = delete;

  Query& bind(std::int64_t value) { statement_.bind(++bound_, value); return *this; }
  Query& bind(int value) { return bind(std::int64_t{value}); }
  Query& bind(bool value) { return bind(std::int64_t{value ? 1 : 0}); }
  Query& bind(double value) { statement_.bind(++bound_, value); return *this; }
  Query& bind(const std::string& value) { statement_.bind(++bound_, value); return *this; }
  Query& bind(std::string_view value) { return bind(std::string(value)); }
  Query& bind(const char* value) { return bind(std::string(value)); }
  Query& bind(WallTime value) { return bind(std::int64_t{value.time_since_epoch().count()}); }
  Query& bind(Millis value) { return bind(std::int64_t{value.count()}); }
  Query& bind(const Stamp& value) {
    return bind(value.wall).bind(std::int64_t{value.boot.time_since_epoch().count()}).bind(value.boot_id);
  }
  // SQLite's integers are signed: the upper half of a counter is stored as its two's complement.
  Query& bind(std::uint64_t value) { return bind(static_cast<std::int64_t>(value)); }
  template <class Enum>
    requires requires(Enum e) { morpheus::to_string(e); }
  Query& bind(Enum value) {
    return bind(to_string(value));
  }
  template <class T>
  Query& bind(const std::optional<T>& value) {
    if (value) return bind(*value);
    statement_.bind(++bound_);
    return *this;
  }

  void run() { statement_.exec(); }
  bool next() { return statement_.executeStep(); }
  SQLite::Column column(int index) const { return statement_.getColumn(index); }

 private:
  SQLite::Statement& statement_;
  int bound_ = 0;
};

// Reads the columns of one row from the left to the right.
class Row {
 public:
  explicit Row(const Query& query, int first = 0) : query_(query), at_(first) {}

  std::int64_t integer() { return query_.column(at_++).getInt64(); }
  bool boolean() { return integer() != 0; }
  double real() { return query_.column(at_++).getDouble(); }
  std::string text() { return query_.column(at_++).getString(); }
  WallTime wall() { return WallTime{Millis{integer()}}; }
  Stamp stamp() {
    Stamp value;
    value.wall = wall();
    value.boot = BootTime{Millis{integer()}};
    value.boot_id = text();
    return value;
  }
  // A name that no version of the program has written means a damaged row; thrown as SQLite's own errors are.
  template <class Enum>
  Enum name() {
    const auto written = text();
    const auto value = from_string<Enum>(written);
    if (!value) throw SQLite::Exception("unknown name \"" + written + "\" in the database");
    return *value;
  }
  bool is_null() const { return query_.column(at_).isNull(); }
  void skip(int columns = 1) { at_ += columns; }
  template <class T>
  std::optional<T> optional_integer() {
    if (is_null()) {
      skip();
      return std::nullopt;
    }
    return static_cast<T>(integer());
  }
  std::optional<double> optional_real() {
    if (is_null()) {
      skip();
      return std::nullopt;
    }
    return real();
  }

 private:
  const Query& query_;
  int at_;
};

// The open database and its prepared statements, each prepared once.
class Database {
 public:
  explicit Database(const std::string& path);

  SQLite::Statement& prepared(const std::string& sql);
  SQLite::Database& raw() { return database_; }

 private:
  SQLite::Database database_;
  std::map<std::string, std::unique_ptr<SQLite::Statement>> statements_;
};

}  // namespace morpheus
