#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Exception.h>
#include <SQLiteCpp/Statement.h>
#include <fuzzer/FuzzedDataProvider.h>
#include <spdlog/spdlog.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "common/archive/entries.hpp"
#include "common/model/forest.hpp"
#include "daemon/backup/restore.hpp"
#include "daemon/runtime/system_clock.hpp"
#include "daemon/store/store.hpp"
#include "tests/fuzz/cpu_limit.hpp"
#include "tests/tools/raw_archive.hpp"
#include "tests/tools/temp_dir.hpp"

namespace {

using namespace morpheus;
namespace fs = std::filesystem;

std::string read_whole(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// A sound database with a forest, made once.
struct Original {
  Original() {
    spdlog::set_level(spdlog::level::off);
    {
      const auto store = Store::open(dir / "m.db", "0123456789abcdef").value();
      Forest forest;
      forest.name = "oak";
      forest.provider = "local";
      store->add_forest(forest);
      manifest.schema = store->schema_version();
    }
    manifest.installation_id = "0123456789abcdef";
    database = read_whole(dir / "m.db");
  }
  TempDir dir;
  Manifest manifest;
  std::string database;
};

// Bytes are overwritten where SQLite's header and pages keep what it goes by, or anywhere.
std::string damaged(FuzzedDataProvider& input, std::string database) {
  constexpr int most = 8;
  constexpr std::size_t page = 4'096;
  constexpr std::size_t head = 128;
  for (int left = input.ConsumeIntegralInRange(0, most); left > 0; --left) {
    const auto pages = database.size() / page;
    const auto in_page = input.ConsumeBool() ? input.ConsumeIntegralInRange<std::size_t>(0, head) : input.ConsumeIntegralInRange<std::size_t>(0, page - 1);
    const auto at = input.ConsumeIntegralInRange<std::size_t>(0, pages - 1) * page + in_page;
    const auto bytes = input.ConsumeRandomLengthString(32);
    for (std::size_t i = 0; i < bytes.size() && at + i < database.size(); ++i) database[at + i] = bytes[i];
  }
  return database;
}

// What a statement does to it: the schema and the names that a forger would change.
std::string forged(FuzzedDataProvider& input, const Original& original, const std::string& database) {
  const auto path = original.dir / "forged.db";
  std::ofstream(path, std::ios::binary | std::ios::trunc) << database;
  try {
    SQLite::Database opened(path, SQLite::OPEN_READWRITE);
    opened.exec(input.PickValueInArray({"SELECT 1", "CREATE TRIGGER evil AFTER UPDATE ON duty BEGIN DELETE FROM forests; END", "CREATE VIEW evil AS SELECT 1",
                                        "CREATE TABLE evil (x)", "CREATE INDEX evil ON forests (provider)", "DROP INDEX events_by_forest",
                                        "UPDATE duty SET state = 'active'", "DELETE FROM duty", "DELETE FROM meta", "PRAGMA user_version = 3"}));
    SQLite::Statement rename(opened, "UPDATE forests SET name = ?");
    rename.bind(1, input.ConsumeBool() ? std::string("oak") : input.ConsumeRandomLengthString(48));
    rename.exec();
  } catch (const SQLite::Exception&) {
    return database;  // it was too damaged for that
  }
  return read_whole(path);
}

void restore_once(const Original& original, const std::string& archive) {
  const fs::path place = original.dir / "place";
  fs::remove_all(place);
  fs::create_directories(place / "state");
  const auto file = original.dir / "archive";
  std::ofstream(file, std::ios::binary | std::ios::trunc) << archive;
  const SystemClock clock;
  const auto restored = restore(file, RestorePlace{place / "state", place / "m.db"}, clock);
  fuzz::expect(restored.has_value() == fs::exists(place / "m.db"), "all of it is put in place, or nothing");
  fuzz::expect(!fs::exists(place / "m.db.restoring") && !fs::exists(place / "state/forests.restoring"), "nothing is left of the work");
  if (!restored) return;
  for (const auto& name : restored->forests) fuzz::expect(check_forest_name(name).has_value(), "only names that lead nowhere");
  const auto store = Store::open(place / "m.db", "other");
  fuzz::expect(store.has_value(), "what was restored is opened");
  fuzz::expect((*store)->lease().state != LeaseState::active, "a copy does not act");
}

}  // namespace

// An archive whose sums hold, of a database that is damaged or forged in any way.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Original original;
  FuzzedDataProvider input(data, size);
  const auto database = damaged(input, forged(input, original, original.database));
  test::RawArchive raw;
  raw.add(entry::manifest, to_json(original.manifest));
  raw.add("forests/oak/secrets.json", "{}");
  raw.add(entry::database, database);
  raw.add_sums();
  const auto archive = raw.gzip();
  fuzz::within_limit(database.size(), [&] { restore_once(original, archive); });
  return 0;
}
