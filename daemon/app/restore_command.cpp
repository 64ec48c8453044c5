#include "daemon/app/restore_command.hpp"

#include <fmt/format.h>
#include <grp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <iostream>

#include "daemon/backup/restore.hpp"
#include "daemon/runtime/system_clock.hpp"

namespace morpheus {
namespace {

std::string what_next(const Manifest& manifest) {
  const std::string start = "  systemctl start morpheusd.socket morpheusd.service\n  morpheusctl status\n";
  if (manifest.kind == "move") {
    return "its original is retired; this one acts as soon as it runs. Next:\n" + start +
           "restore this archive on no other machine: of two, only the one that acts first goes on\n";
  }
  return "it is in standby: it watches and changes nothing, because its original may still act. Next:\n" + start +
         "  morpheusctl takeover    # when the original is gone for good, or retired\n";
}

std::string count_of(std::size_t count, const std::string& noun) { return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s"); }

std::string report(const Restored& restored, const Config& config) {
  const Manifest& manifest = restored.manifest;
  std::string text = fmt::format("restored {} ({}) with {}, as of {}, from morpheusd {} on {}\n", count_of(restored.forests.size(), "forest"),
                                 fmt::join(restored.forests, ", "), count_of(restored.nodes, "node"), manifest.time, manifest.version,
                                 manifest.host);
  text += fmt::format("  database: {}\n  secrets: {} in {}/forests\n", config.daemon.database, count_of(restored.secrets, "file"),
                      config.daemon.state_dir);
  for (const auto& path : restored.aside) text += fmt::format("  what was there before: {}\n", path);
  for (const auto& warning : restored.warnings) text += fmt::format("warning: {}\n", warning);
  return text + what_next(manifest);
}

// In a directory that is somebody else's, root would follow whatever link stands there: all of it is done as its owner, whose the files
// are then too.
Result<> become_owner_of(const std::string& directory) {
  struct stat found {};
  if (::geteuid() != 0 || ::stat(directory.c_str(), &found) != 0 || found.st_uid == 0) return {};
  if (::setgroups(0, nullptr) == 0 && ::setresgid(found.st_gid, found.st_gid, found.st_gid) == 0 &&
      ::setresuid(found.st_uid, found.st_uid, found.st_uid) == 0) {
    return {};
  }
  return Error{ErrorCode::failed, fmt::format("the owner of {} cannot be acted for: {}", directory, std::strerror(errno)), ""};
}

Result<Restored> restore_as_owner(const Config& config, const std::string& file) {
  auto archive = ArchiveFile::open(file);  // as who called: it need not be the owner's to read
  if (!archive) return archive.error();
  const auto became = become_owner_of(config.daemon.state_dir);
  if (!became) return became.error();
  const SystemClock clock;
  return restore(*archive, RestorePlace{config.daemon.state_dir, config.daemon.database}, clock);
}

}  // namespace

Result<> run_restore(const Config& config, const std::string& file) {
  std::error_code error;
  std::filesystem::create_directories(config.daemon.state_dir, error);
  if (error) return Error{ErrorCode::failed, fmt::format("daemon.state_dir {}: {}", config.daemon.state_dir, error.message()), ""};
  const auto restored = restore_as_owner(config, file);
  if (!restored) return Error{restored.error().code, fmt::format("{} is not restored: {}", file, restored.error().message), restored.error().hint};
  std::cout << report(*restored, config) << std::flush;
  return {};
}

}  // namespace morpheus
