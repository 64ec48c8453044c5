#include "daemon/backup/backup.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include "common/archive/entries.hpp"
#include "common/archive/manifest.hpp"

namespace morpheus {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t a_copy = 64 * 1024;     // bytes
constexpr std::size_t read_a_piece = 4;       // of them, at most
constexpr std::size_t usual_piece = 32 * 1024;  // bytes that go to the client at once

std::string host_name() {
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "";
}

std::string read_whole(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::string text((std::istreambuf_iterator<char>(in)), {});
  if (!in) throw std::runtime_error(path.string() + " cannot be read");
  return text;
}

}  // namespace

Backups::Backups(Clock& clock, Store& store, std::string state_dir, std::string version)
    : clock_(clock), store_(store), state_dir_(std::move(state_dir)), version_(std::move(version)) {
  sweep_copy(copy_path());
}

Result<std::unique_ptr<Backup>> Backups::begin() {
  if (busy_) return Error{ErrorCode::refused, "another backup is being made", "try again when it is done"};
  auto copy = Store::Copy::begin(store_, copy_path());
  if (!copy) return copy.error();
  return std::make_unique<Backup>(*this, *std::move(copy));
}

Backup::Backup(Backups& place, std::unique_ptr<Store::Copy> copy) : place_(place), copy_(std::move(copy)) { place_.busy_ = true; }

Backup::~Backup() {
  if (database_ >= 0) ::close(database_);
  place_.busy_ = false;
}

std::int64_t Backup::unix_time() const { return place_.clock_.wall().time_since_epoch() / std::chrono::seconds(1); }

void Backup::settle(bool moved) {
  copy_->finish();
  put_secrets_aside();
  LeaseRecord lease = place_.store_.lease();
  if (moved) {
    lease.state = LeaseState::active;
    ++lease.epoch;
    lease.reason.clear();
    copy_->set_lease(lease);
  }
  database_ = ::open(place_.copy_path().c_str(), O_RDONLY | O_CLOEXEC);
  struct stat found {};
  if (database_ < 0 || ::fstat(database_, &found) != 0) {
    throw std::runtime_error(fmt::format("{}: {}", place_.copy_path(), std::strerror(errno)));
  }
  left_ = found.st_size;
  Manifest manifest;
  manifest.kind = moved ? "move" : "copy";
  manifest.version = place_.version_;
  manifest.schema = place_.store_.schema_version();
  manifest.installation_id = place_.store_.installation_id();
  manifest.generation = lease.epoch;
  manifest.time = to_rfc3339(place_.clock_.wall());
  manifest.host = host_name();
  writer_.whole(entry::manifest, to_json(manifest), unix_time());
  for (const auto& [name, text] : secrets_) writer_.whole(name, text, unix_time());
  secrets_.clear();
  writer_.begin(entry::database, static_cast<std::uint64_t>(left_), unix_time());
}

// They are small; read at once they fit the database.
void Backup::put_secrets_aside() {
  const fs::path root = fs::path(place_.state_dir_) / "forests";
  if (!fs::exists(root)) return;
  for (const auto& forest : fs::directory_iterator(root)) {
    if (!forest.is_directory() || forest.is_symlink()) continue;
    for (const auto& file : fs::directory_iterator(forest)) {
      const auto name = file.path().filename().string();
      if (!file.is_regular_file() || file.is_symlink() || name.ends_with(".tmp")) continue;
      if (!is_secret(forest.path().filename().string(), name)) {
        spdlog::warn("{} is no secret of ours, and not in the backup", file.path().string());
        continue;
      }
      secrets_[entry::forests + forest.path().filename().string() + "/" + name] = read_whole(file);
    }
  }
}

std::optional<std::string> Backup::next() {
  if (finished_) return std::nullopt;
  std::array<char, a_copy> buffer{};
  for (std::size_t reads = 0; !finished_ && reads < read_a_piece && writer_.ready() < usual_piece; ++reads) {
    const auto size = ::read(database_, buffer.data(), buffer.size());
    if (size < 0) throw std::runtime_error(fmt::format("{}: {}", place_.copy_path(), std::strerror(errno)));
    writer_.add({buffer.data(), static_cast<std::size_t>(size)});
    left_ -= size;
    if (size > 0) continue;
    if (left_ != 0) throw std::runtime_error("the copy of the database is shorter than it was");
    writer_.end();
    writer_.finish(unix_time());
    finished_ = true;
  }
  auto piece = writer_.take();
  sum_.add(piece);
  if (finished_) digest_ = sum_.digest();
  return piece;
}

}  // namespace morpheus
