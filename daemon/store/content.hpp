#pragma once

#include <SQLiteCpp/Database.h>

#include "common/error.hpp"

namespace morpheus::sql {

// A restore refuses every value that a reader of the store would refuse later, or that makes later work impossible. The start refuses
// only what stops the whole daemon: names that the list of forests, nodes and operations cannot be read with, and ids after which nothing
// can be inserted. What spoils one forest, its decisions or the record of events is left to the operator, whose other forests go on: an
// unknown provider, an unknown level of an event, more forests than a restore takes.
enum class Checked { at_start, at_restore };

// invalid: names the first table, column and value that is not what morpheusd writes. The columns are those of the first version, so that
// a database may be checked before it is migrated. Throws SQLite::Exception.
Result<> check_values(SQLite::Database& database, Checked when);

}  // namespace morpheus::sql
