#include "ctl/command/backup_command.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <iostream>

#include "common/archive/archive_reader.hpp"
#include "common/archive/sha256.hpp"
#include "common/model/size_words.hpp"
#include "common/protocol/views.hpp"
#include "ctl/pipe_drain.hpp"

namespace morpheus::ctl {
namespace {

constexpr const char* useless = "what was written so far is no backup: delete it";
// For the reader of a pipe to take what is in it. Half of what the daemon waits for the acknowledgement of a move.
constexpr Millis longest_drain{60'000};
constexpr const char* move_question =
    "Retire this daemon? From then on it changes nothing, and what is restored from the archive acts in its place.";

// The shell made the file, for everybody to read: what goes there is for its owner alone.
void make_output_private() {
  struct stat out {};
  if (::fstat(STDOUT_FILENO, &out) != 0 || !S_ISREG(out.st_mode) || out.st_uid != ::geteuid()) return;
  if (::fchmod(STDOUT_FILENO, S_IRUSR | S_IWUSR) != 0) std::cerr << "morpheusctl: others may read the file: " << std::strerror(errno) << "\n";
}

void put(const std::string& bytes) {
  std::size_t done = 0;
  while (done < bytes.size()) {
    const auto written = ::write(STDOUT_FILENO, bytes.data() + done, bytes.size() - done);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) {
      const std::string fault = errno == EPIPE ? reader_left : std::strerror(errno);
      throw CommandFailure(ExitStatus::failed, "standard output: " + fault, useless);
    }
    done += static_cast<std::size_t>(written);
  }
}

// A file on a full or remote disk may fail this late, and a pipe may lose what is in it.
void settle_output() {
  struct stat out {};
  if (::fstat(STDOUT_FILENO, &out) != 0) return;
  std::string fault;
  if (S_ISREG(out.st_mode) && ::fsync(STDOUT_FILENO) != 0) fault = std::strerror(errno);
  if (S_ISFIFO(out.st_mode) || S_ISSOCK(out.st_mode)) fault = why_not_drained(STDOUT_FILENO, longest_drain);
  if (!fault.empty()) throw CommandFailure(ExitStatus::failed, "standard output: " + fault, useless);
}

// An archive on its way to standard output.
class PassingArchive {
 public:
  void take(const std::string& bytes) {
    put(bytes);
    size_ += bytes.size();
    sum_.add(bytes);
    const auto sound = reader_.add(bytes);
    if (!sound) throw CommandFailure(ExitStatus::failed, sound.error().message, useless);
  }
  bool is_whole() const { return reader_.is_whole(); }
  void check_whole() const {
    const auto whole = reader_.finish();
    if (!whole) throw CommandFailure(ExitStatus::failed, whole.error().message, useless);
  }
  std::uint64_t size() const { return size_; }
  // Once, when it is whole.
  std::string digest() { return sum_.digest(); }

 private:
  IgnoredContent unpacked_;
  ArchiveReader reader_{unpacked_};
  Sha256 sum_;
  std::uint64_t size_ = 0;
};

// While the stream of the archive still lasts: on a connection of its own.
void acknowledge(const Session& session, const std::string& digest) {
  Client other(session.socket, session.patience);
  other.post("/v1/backup/move/" + digest + "/acknowledgement", nlohmann::json::object());
}

// It may be retired although this end did not hear of it.
void say_who_acts(Session& session, bool was_under_way) {
  try {
    const auto duty = view_of<LeaseView>(session.client.get("/v1/duty"));
    const bool acts = duty.state == "active" || duty.state == "moving";  // moving: until this client's connection ends
    if (was_under_way && acts) std::cerr << "morpheusctl: the archive did not arrive: the daemon goes on acting\n";
    if (duty.state == "retired") std::cerr << "morpheusctl: the daemon is retired all the same: morpheusctl takeover, and then again\n";
  } catch (const CommandFailure& failure) {
    std::cerr << "morpheusctl: whether the daemon is retired is not known: " << failure.what() << "\n";
  }
}

void fetch(Session& session, const BackupFlags& flags, PassingArchive& archive) {
  bool retired = false;
  const auto take = [&](const std::string& bytes) {
    archive.take(bytes);
    if (!flags.move || retired || !archive.is_whole()) return;
    settle_output();
    acknowledge(session, archive.digest());
    retired = true;
  };
  try {
    session.client.download(flags.move ? "/v1/backup/move" : "/v1/backup", take);
  } catch (const CommandFailure&) {
    if (!retired) throw;  // after that nothing was to come
  }
  archive.check_whole();
  if (!flags.move) settle_output();
}

}  // namespace

ExitStatus backup(Session& session, const BackupFlags& flags) {
  if (::isatty(STDOUT_FILENO) == 1) {
    throw CommandFailure(ExitStatus::usage, "an archive is not written to a terminal", "morpheusctl backup > FILE");
  }
  if (flags.move && !flags.yes && !ask(session, move_question, std::cerr)) return ExitStatus::failed;  // there is no archive
  make_output_private();
  PassingArchive archive;
  try {
    fetch(session, flags, archive);
  } catch (const CommandFailure& failure) {
    const bool had_begun = archive.size() > 0 || failure.hint() == useless;
    if (flags.move) say_who_acts(session, had_begun);
    if (!had_begun) throw;
    throw CommandFailure(ExitStatus::failed, std::string("the backup is incomplete: ") + failure.what(), useless);
  }
  std::cerr << fmt::format("{}; it holds the forests' secrets: keep it private\n", size_words(archive.size()));
  if (flags.move) std::cerr << "this daemon is retired; on the other machine: morpheusd --restore FILE\n";
  return ExitStatus::done;
}

}  // namespace morpheus::ctl
