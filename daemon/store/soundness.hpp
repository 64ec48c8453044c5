#pragma once

#include <SQLiteCpp/Database.h>

#include "common/error.hpp"
#include "daemon/store/content.hpp"

namespace morpheus::sql {

// Nothing that a database file brings along runs by itself from here on: triggers, views, functions in its schema. Throws
// SQLite::Exception.
void distrust(SQLite::Database& database);

// invalid: it has triggers or views, a forest or a node whose name would lead out of the directories that are made of it, or a value
// that check_values() refuses. Throws SQLite::Exception.
Result<> check_content(SQLite::Database& database, Checked when);

// invalid: its tables, indices, and whatever else a schema may have are not exactly those of that version. Throws SQLite::Exception.
Result<> check_schema(SQLite::Database& database, int version);

}  // namespace morpheus::sql
