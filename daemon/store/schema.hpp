#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include "common/error.hpp"

namespace morpheus {

// Brings the database to the newest schema, one migration after the other, each in a transaction of its own
// (PRAGMA user_version counts them). invalid: it was written by a newer program.
Result<> migrate(SQLite::Database& database);

// The schema that this program writes.
int newest_schema();

}  // namespace morpheus
