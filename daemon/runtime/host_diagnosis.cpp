#include "daemon/runtime/host_diagnosis.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/timex.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <system_error>

namespace morpheus {
namespace {

// Empty: nobody else may write there. A directory above may be everybody's, if it is sticky as /tmp is: each has what it made there.
std::string who_may_write(const std::filesystem::path& place, bool is_above) {
  struct stat status {};
  if (::stat(place.c_str(), &status) != 0) return fmt::format("{}: {}", place.string(), std::strerror(errno));
  if (status.st_uid != 0 && status.st_uid != ::geteuid()) return fmt::format("{} belongs to user {}", place.string(), status.st_uid);
  const bool by_group = (status.st_mode & S_IWGRP) != 0 && status.st_gid != 0;
  const bool by_all = (status.st_mode & S_IWOTH) != 0;
  if ((!by_group && !by_all) || (is_above && (status.st_mode & S_ISVTX) != 0)) return {};
  return fmt::format("{} may write to {}", by_all ? "every user" : fmt::format("group {}", status.st_gid), place.string());
}

}  // namespace

Finding diagnose_clock() {
  timex state{};
  const int status = ::ntp_adjtime(&state);
  if (status < 0) {
    return {"clock", FindingLevel::warning, fmt::format("whether it is kept right cannot be told: {}", std::strerror(errno)),
            "timedatectl"};
  }
  if (status == TIME_ERROR || (state.status & STA_UNSYNC) != 0) {
    return {"clock", FindingLevel::warning, "nobody keeps it right: it is not synchronised",
            "timedatectl set-ntp true, or install chrony; in a virtual machine its host may keep it"};
  }
  return {"clock", FindingLevel::ok, "it is synchronised", ""};
}

Finding diagnose_privacy(const std::string& check, const std::string& directory) {
  std::error_code error;
  const auto whole = std::filesystem::canonical(directory, error);
  if (error) return {check, FindingLevel::failed, fmt::format("{}: {}", directory, error.message()), ""};
  for (auto place = whole;; place = place.parent_path()) {
    const auto others = who_may_write(place, place != whole);
    if (!others.empty()) {
      return {check, FindingLevel::warning, others + ": what the daemon keeps there, keys among it, can be replaced",
              place == whole ? fmt::format("chmod 700 {0}; ls -ld {0} says whose it is", place.string())
                             : fmt::format("chown root {0}; chmod go-w {0}", place.string())};
    }
    if (place == place.root_path()) break;
  }
  return {check, FindingLevel::ok, fmt::format("nobody else may write to {}", directory), ""};
}

Finding diagnose_directory(const std::string& check, const std::string& directory) {
  std::string path = directory + "/.doctor-XXXXXX";
  const int file = ::mkstemp(path.data());
  if (file < 0) {
    return {check, FindingLevel::failed, fmt::format("{} cannot be written: {}", directory, std::strerror(errno)),
            fmt::format("ls -ld {0}; df {0}", directory)};
  }
  ::close(file);
  ::unlink(path.c_str());
  return {check, FindingLevel::ok, fmt::format("{} can be written", directory), ""};
}

}  // namespace morpheus
