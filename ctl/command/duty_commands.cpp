#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <iostream>
#include <memory>

#include "common/model/size_words.hpp"
#include "common/protocol/views.hpp"
#include "ctl/command/commands.hpp"

namespace morpheus::ctl {
namespace {

constexpr const char* useless = "what was written so far is no backup: delete it";
constexpr const char* move_question =
    "Retire this daemon? From then on it changes nothing, and what is restored from the archive acts in its place.";
constexpr const char* takeover_question =
    "Is every other daemon with a copy of this database stopped for good, or retired?";

constexpr Millis takeover_patience{40'000};  // it waits for what was under way, and for the providers

struct Flags {
  bool move = false;
  bool yes = false;
};

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
    if (written < 0) throw CommandFailure(ExitStatus::failed, fmt::format("standard output: {}", std::strerror(errno)), useless);
    done += static_cast<std::size_t>(written);
  }
}

// A file on a full or remote disk may fail this late.
void settle_output() {
  struct stat out {};
  if (::fstat(STDOUT_FILENO, &out) != 0 || !S_ISREG(out.st_mode) || ::fsync(STDOUT_FILENO) == 0) return;
  throw CommandFailure(ExitStatus::failed, fmt::format("standard output: {}", std::strerror(errno)), useless);
}

// The daemon may be retired although its archive did not arrive.
void say_if_retired(Session& session, const Flags& flags) {
  if (!flags.move) return;
  try {
    const auto duty = view_of<DutyView>(session.client.get("/v1/duty"));
    if (duty.state == "retired") std::cerr << "morpheusctl: the daemon is retired all the same: morpheusctl takeover, and then again\n";
  } catch (const CommandFailure& failure) {
    std::cerr << "morpheusctl: whether the daemon is retired is not known: " << failure.what() << "\n";
  }
}

ExitStatus backup(Session& session, const Flags& flags) {
  if (::isatty(STDOUT_FILENO) == 1) {
    throw CommandFailure(ExitStatus::usage, "an archive is not written to a terminal", "morpheusctl backup > FILE");
  }
  if (flags.move && !flags.yes && !ask(session, move_question, std::cerr)) return ExitStatus::failed;  // there is no archive
  make_output_private();
  std::uint64_t size = 0;
  const auto take = [&size](const std::string& bytes) {
    put(bytes);
    size += bytes.size();
  };
  try {
    session.client.download(flags.move ? "/v1/backup/move" : "/v1/backup", take);
    settle_output();
  } catch (const CommandFailure& failure) {
    say_if_retired(session, flags);
    if (size == 0) throw;
    throw CommandFailure(ExitStatus::failed, std::string("the backup is incomplete: ") + failure.what(), useless);
  }
  std::cerr << fmt::format("{}; it holds the forests' secrets: keep it private\n", size_words(size));
  if (flags.move) std::cerr << "this daemon is retired; on the other machine: morpheusd --restore FILE\n";
  return ExitStatus::done;
}

ExitStatus takeover(Session& session, const Flags& flags) {
  auto duty = view_of<DutyView>(session.client.get("/v1/duty"));
  const bool active = duty.state == "active";
  if (!active) {
    if (!session.json) std::cerr << fmt::format("{}: {}\n", duty.state, duty.reason);
    if (!flags.yes && !ask(session, takeover_question, std::cerr)) return ExitStatus::failed;
    duty = view_of<DutyView>(session.client.post("/v1/takeover", nlohmann::json::object(), takeover_patience));
  }
  if (session.json) {
    session.print(duty);
  } else {
    std::cout << (active ? "nothing to do: this daemon acts already\n" : "this daemon acts from now on: morpheusctl status, morpheusctl orphans\n");
  }
  return ExitStatus::done;
}

}  // namespace

void add_duty_commands(CLI::App& app, Action& chosen) {
  const auto flags = std::make_shared<Flags>();
  auto* backup_command = app.add_subcommand("backup", "Write an archive of the database and the forests' secrets to standard output");
  backup_command->add_flag("--move", flags->move, "retire this daemon with it: what is restored from it acts in its place");
  backup_command->add_flag("-y,--yes", flags->yes, "do not ask");
  backup_command->callback([flags, &chosen] { chosen = [flags](Session& session) { return backup(session, *flags); }; });

  auto* takeover_command = app.add_subcommand("takeover", "Let this daemon act: after a restore, or when it was retired");
  takeover_command->add_flag("-y,--yes", flags->yes, "do not ask");
  takeover_command->callback([flags, &chosen] { chosen = [flags](Session& session) { return takeover(session, *flags); }; });
}

}  // namespace morpheus::ctl
