#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "common/archive/archive_reader.hpp"
#include "common/error.hpp"
#include "daemon/backup/archive_file.hpp"
#include "daemon/runtime/durable_file.hpp"

namespace morpheus {

// Where a backup is unpacked and examined before anything is in its place. What is left of it goes with this object.
class Staging : private ArchiveContent {
 public:
  // Beside `database` and in `state_dir`, on whatever file systems they are. Sweeps what a crash left there.
  Staging(const std::filesystem::path& state_dir, const std::string& database);
  ~Staging() override;
  Staging(const Staging&) = delete;
  Staging& operator=(const Staging&) = delete;

  // Unpacks and checks all that the archive itself can prove. invalid: it is not a whole backup.
  Result<Manifest> unpack(ArchiveFile& file);

  const std::string& database() const { return database_; }
  const std::filesystem::path& forests() const { return forests_; }
  const std::vector<std::string>& secrets() const { return secrets_; }  // "oak/secrets.json"

 private:
  Result<> begin(const std::string& name) override;
  Result<> add(std::string_view bytes) override;
  Result<> end() override;

  void sweep() const;
  std::filesystem::path place_of(const std::string& name);

  std::string database_;
  std::filesystem::path forests_;
  std::vector<std::string> secrets_;
  std::optional<NewFile> file_;  // that is being unpacked
};

}  // namespace morpheus
