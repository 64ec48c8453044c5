#include "ctl/command/follow.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <iostream>
#include <string_view>

#include "ctl/answer.hpp"
#include "ctl/command/outlast.hpp"
#include "ctl/render/local_time.hpp"
#include "ctl/render/record.hpp"

namespace morpheus::ctl {
namespace {

constexpr unsigned stream_refused = 409;  // what a line that is an error would be as an answer

constexpr std::string_view frames[] = {"⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"};

// The stages as lines, and below them, on a terminal, one that moves while the daemon is at work.
class ProgressLines {
 public:
  ProgressLines(const Session& session, const OperationView& operation, std::chrono::steady_clock::time_point begun)
      : session_(session),
        begun_(begun),
        shown_(!session.json || ::isatty(STDERR_FILENO) == 1),
        label_(fmt::format("{} of {}", operation_name(operation), operation.forest)) {}
  ProgressLines(const ProgressLines&) = delete;
  ProgressLines& operator=(const ProgressLines&) = delete;
  ~ProgressLines() { wipe(); }

  void show(const EventView& event) {
    if (!shown_) return;
    wipe();
    (session_.json ? std::cerr : std::cout) << render_progress(event, session_.style) << std::flush;
  }

  void tick() {
    const auto passed = std::chrono::steady_clock::now() - begun_;
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(passed).count();
    wipe();
    std::cout << fmt::format("{} {}, {} s", frames[frame_++ % std::size(frames)], label_, seconds)
              << std::flush;
    drawn_ = true;
  }

 private:
  void wipe() {
    if (std::exchange(drawn_, false)) std::cout << "\r\x1b[K" << std::flush;
  }

  const Session& session_;
  std::chrono::steady_clock::time_point begun_;
  bool shown_;
  std::string label_;
  std::size_t frame_ = 0;
  bool drawn_ = false;
};

std::string look_again(const OperationView& operation) {
  return fmt::format("look again: morpheusctl operation {} --wait", operation.id);
}

std::string goes_on(const OperationView& operation) {
  return fmt::format("{} of {} goes on", operation_name(operation), operation.forest);
}

// One operation over as many connections as it takes: each stream begins with the operation's first event.
class Following {
 public:
  Following(Session& session, const OperationView& operation) : session_(session), last_(operation) {}

  const OperationView& last() const { return last_; }

  // As outlast_restarts() has it: true is never returned, for a stream that ends before the operation is a daemon that ends.
  bool look(bool& there) {
    there = std::exchange(is_first_, false);  // it has just told of the operation; from then on only news show that it is back
    const auto shown_before = newest_;
    ProgressLines lines(session_, last_, begun_);
    const auto on_line = [&](const nlohmann::json& line) {
      if (line.contains("operation")) {
        last_ = view_of<OperationView>(line["operation"]);
        return true;
      }
      if (line.contains("error")) checked_answer(stream_refused, line.dump());
      const auto event = view_of<EventView>(line);
      if (event.id <= shown_before) return true;
      there = true;
      newest_ = std::max(newest_, event.id);
      lines.show(event);
      return true;
    };
    const auto path = fmt::format("/v1/operations/{}/progress", last_.id);
    const bool ended = session_.redraws ? session_.client.stream(path, on_line, [&] { lines.tick(); }) : session_.client.stream(path, on_line);
    if (ended && last_.state == OperationState::running && !last_.parked) throw CommandFailure(ExitStatus::no_daemon, "the daemon ended");
    return false;
  }

 private:
  Session& session_;
  OperationView last_;
  bool is_first_ = true;
  std::int64_t newest_ = -1;  // event that was shown
  std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
};

}  // namespace

OperationView follow(Session& session, const OperationView& operation) {
  Following following(session, operation);
  try {
    outlast_restarts([&](bool& there) { return following.look(there); }, session.patience);
  } catch (const CommandFailure& failure) {
    if (failure.status() != ExitStatus::no_daemon) throw;
    throw CommandFailure(failure.status(), fmt::format("{}; {} when it is back", failure.what(), goes_on(operation)), look_again(operation));
  }
  if (following.last().state == OperationState::running && !following.last().parked) {
    throw CommandFailure(ExitStatus::interrupted, goes_on(operation), look_again(operation));
  }
  return following.last();
}

ExitStatus report_end(const Session& session, const OperationView& operation) {
  if (operation.parked) {
    if (session.json) return ExitStatus::failed;
    std::cout << std::flush;
    std::cerr << fmt::format("morpheusctl: {} #{} is parked: {}\n  morpheusctl operation {} --resume, or --abort\n", to_string(operation.kind),
                             operation.id, *operation.parked, operation.id);
    return ExitStatus::failed;
  }
  const bool good =
      operation.state == OperationState::succeeded || operation.state == OperationState::running;
  if (!good && !session.json) {
    std::cout << std::flush;
    std::cerr << fmt::format("morpheusctl: {} {}: {}\n", operation_name(operation), to_string(operation.state), local_times(operation.error));
  }
  return good ? ExitStatus::done : ExitStatus::failed;
}

}  // namespace morpheus::ctl
