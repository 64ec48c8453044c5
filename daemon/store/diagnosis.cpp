#include "daemon/store/diagnosis.hpp"

#include <fmt/format.h>

#include <filesystem>

#include "common/model/size_words.hpp"
#include "daemon/runtime/host_diagnosis.hpp"

namespace morpheus {
namespace {

// Of the file and its log.
std::uint64_t size_of(const std::string& path) {
  std::uint64_t size = 0;
  for (const char* more : {"", "-wal"}) {
    std::error_code error;
    const auto bytes = std::filesystem::file_size(path + more, error);
    if (!error) size += bytes;
  }
  return size;
}

Finding diagnose_file(Store& store, const std::string& path) {
  try {
    store.check_writable();
    return {"database", FindingLevel::ok,
            fmt::format("{} can be written; schema version {}, {}", path, store.schema_version(), size_words(size_of(path))), ""};
  } catch (const StoreError& error) {
    return {"database", FindingLevel::failed, error.what(), fmt::format("ls -l {0}; df {0}; journalctl -u morpheusd", path)};
  }
}

Finding diagnose_disk(const std::string& path) {
  auto directory = std::filesystem::path(path).parent_path();
  if (directory.empty()) directory = ".";
  std::error_code error;
  const auto space = std::filesystem::space(directory, error);
  if (error) {
    return {"disk", FindingLevel::warning, fmt::format("how much is free beside {} cannot be told: {}", path, error.message()),
            fmt::format("df {}", directory.string())};
  }
  const auto free = fmt::format("{} free for the database", size_words(space.available));
  if (space.available >= least_free_space) return {"disk", FindingLevel::ok, free, ""};
  return {"disk", FindingLevel::warning, fmt::format("{}, less than {}", free, size_words(least_free_space)),
          fmt::format("df {}; a full disk stops every operation", directory.string())};
}

}  // namespace

std::vector<Finding> diagnose_database(Store& store, const std::string& path) {
  return {diagnose_file(store, path), diagnose_disk(path)};
}

}  // namespace morpheus
