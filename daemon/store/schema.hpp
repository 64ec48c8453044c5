#pragma once

#include <SQLiteCpp/Database.h>

#include <span>

#include "common/error.hpp"

namespace morpheus::sql {

// What makes a database ours: PRAGMA application_id, "MRPH".
inline constexpr int application_id = 0x4d525048;

// The schema's history: a database of user_version n has had the first n. Appended to, never edited.
std::span<const char* const> migrations();

// Brings `database` to the last of `steps`, each in a transaction of its own. invalid: it belongs to another
// program, or is of a newer version. Throws SQLite::Exception, after which the database is as the last step
// that succeeded left it.
Result<> migrate(SQLite::Database& database, std::span<const char* const> steps);

}  // namespace morpheus::sql
