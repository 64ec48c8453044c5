#pragma once

#include <SQLiteCpp/Exception.h>
#include <SQLiteCpp/Statement.h>
#include <fmt/format.h>

#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

#include "common/model/names.hpp"
#include "common/model/time.hpp"
#include "daemon/store/database.hpp"

namespace morpheus::sql {

template <class T>
struct is_optional : std::false_type {};
template <class T>
struct is_optional<std::optional<T>> : std::true_type {};

template <class T>
concept Duration = requires(T value) {
  value.count();
};
template <class T>
concept TimePoint = requires(T value) {
  value.time_since_epoch();
};

// A prepared statement in use: bind with(), then run() it or read its rows with next() and into(). Values go
// in and come out in the order of the text; a Stamp takes three columns (wall ms, boot ms, boot id), an
// enumeration is its name, an unset optional is NULL, 64 unsigned bits are kept as signed ones. The same text
// must not be in use twice at once.
class Query {
 private:
  template <class Body>
  auto guard(Body&& body) {
    try {
      return body();
    } catch (const SQLite::Exception& error) {
      database_.fail(error);
    }
  }

 public:
  Query(Database& database, const std::string& text)
      : database_(database), statement_(database.prepared(text)) {}
  ~Query() { statement_.tryReset(); }
  Query(const Query&) = delete;
  Query& operator=(const Query&) = delete;

  template <class... T>
  Query& with(const T&... values) {
    guard([&] { (put(values), ...); });
    return *this;
  }

  bool next() {
    column_ = 0;
    return guard([&] { return statement_.executeStep(); });
  }

  // Runs to the end; returns how many rows it changed.
  int run() {
    while (next()) {
    }
    const int changes = statement_.getChanges();
    statement_.tryReset();
    parameter_ = 0;
    return changes;
  }

  // Reads the next columns of the row.
  template <class... T>
  void into(T&... values) {
    guard([&] { (get(values), ...); });
  }

 private:
  template <class T>
  void put(const T& value) {
    if constexpr (std::is_same_v<T, Stamp>) {
      put(value.wall);
      put(value.boot);
      put(value.boot_id);
    } else if constexpr (is_optional<T>::value) {
      if (value) return put(*value);
      const int columns = std::is_same_v<T, std::optional<Stamp>> ? 3 : 1;
      for (int i = 0; i < columns; ++i) statement_.bind(++parameter_);
    } else if constexpr (TimePoint<T>) {
      put(value.time_since_epoch());
    } else if constexpr (Duration<T>) {
      put(value.count());
    } else if constexpr (std::is_enum_v<T>) {
      put(to_string(value));
    } else if constexpr (std::is_integral_v<T>) {
      statement_.bind(++parameter_, static_cast<std::int64_t>(value));
    } else if constexpr (std::is_floating_point_v<T>) {
      statement_.bind(++parameter_, value);
    } else {
      statement_.bind(++parameter_, std::string(value));
    }
  }

  template <class T>
  void get(T& value) {
    if constexpr (std::is_same_v<T, Stamp>) {
      get(value.wall);
      get(value.boot);
      get(value.boot_id);
    } else if constexpr (is_optional<T>::value) {
      if (statement_.isColumnNull(column_)) {
        value.reset();
        column_ += std::is_same_v<T, std::optional<Stamp>> ? 3 : 1;
      } else {
        get(value.emplace());
      }
    } else if constexpr (TimePoint<T>) {
      value = T{typename T::duration{integer()}};
    } else if constexpr (Duration<T>) {
      value = T{integer()};
    } else if constexpr (std::is_enum_v<T>) {
      const std::string name = text();
      const auto known = from_string<T>(name);
      if (!known) database_.fail(fmt::format("\"{}\" is not a value that this morpheusd knows", name));
      value = *known;
    } else if constexpr (std::is_integral_v<T>) {
      value = static_cast<T>(integer());
    } else if constexpr (std::is_floating_point_v<T>) {
      value = statement_.getColumn(column_++).getDouble();
    } else {
      value = text();
    }
  }

  std::int64_t integer() { return statement_.getColumn(column_++).getInt64(); }
  std::string text() { return statement_.getColumn(column_++).getString(); }

  Database& database_;
  SQLite::Statement& statement_;
  int parameter_ = 0;
  int column_ = 0;
};

}  // namespace morpheus::sql
