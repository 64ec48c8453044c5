#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "common/error.hpp"
#include "daemon/backup/archive_reader.hpp"
#include "daemon/backup/manifest.hpp"

namespace morpheus {

// Where a backup is unpacked and examined before anything is in its place. What is left of it goes with this object.
class Staging {
 public:
  // Beside `database` and in `state_dir`, on whatever file systems they are. Sweeps what a crash left there.
  Staging(const std::filesystem::path& state_dir, const std::string& database);
  ~Staging();
  Staging(const Staging&) = delete;
  Staging& operator=(const Staging&) = delete;

  // Unpacks and checks all that the archive itself can prove. invalid: it is not a whole backup.
  Result<Manifest> unpack(ArchiveReader& reader);

  const std::string& database() const { return database_; }
  const std::filesystem::path& forests() const { return forests_; }
  const std::vector<std::string>& secrets() const { return secrets_; }  // "oak/secrets.json"

 private:
  void sweep() const;
  Result<> unpack_entry(ArchiveReader& reader, const std::string& name);
  Result<std::filesystem::path> place_of(const std::string& name);
  Result<> check_sums(const std::string& text) const;

  std::string database_;
  std::filesystem::path forests_;
  std::vector<std::string> secrets_;
  std::vector<std::string> sums_;  // lines of what was unpacked
};

}  // namespace morpheus
