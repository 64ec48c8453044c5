#include "daemon/runtime/host_diagnosis.hpp"

#include <fmt/format.h>
#include <sys/timex.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace morpheus {

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
