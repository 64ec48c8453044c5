#include "ctl/command/follow.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <iostream>
#include <string_view>

#include "ctl/render/record.hpp"

namespace morpheus::ctl {
namespace {

constexpr std::string_view frames[] = {"⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"};

// The stages as lines, and below them, on a terminal, one that moves while the daemon is at work.
class ProgressLines {
 public:
  ProgressLines(const Session& session, const OperationView& operation)
      : session_(session),
        shown_(!session.json || ::isatty(STDERR_FILENO) == 1),
        label_(fmt::format("{} {} of {}", to_string(operation.kind), operation.id, operation.forest)) {}
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
  bool shown_;
  std::string label_;
  std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
  std::size_t frame_ = 0;
  bool drawn_ = false;
};

std::string look_again(const OperationView& operation) {
  return fmt::format("look again: morpheusctl operation {} --wait", operation.id);
}

std::string goes_on(const OperationView& operation) {
  return fmt::format("{} {} of {} goes on", to_string(operation.kind), operation.id, operation.forest);
}

// true: the stream came to its end.
bool watch(Session& session, OperationView& last) {
  ProgressLines lines(session, last);
  const auto on_line = [&](const nlohmann::json& line) {
    if (line.contains("operation")) {
      last = view_of<OperationView>(line["operation"]);
    } else {
      lines.show(view_of<EventView>(line));
    }
    return true;
  };
  const auto path = fmt::format("/v1/operations/{}/progress", last.id);
  if (!session.redraws) return session.client.stream(path, on_line);
  return session.client.stream(path, on_line, [&] { lines.tick(); });
}

}  // namespace

OperationView follow(Session& session, const OperationView& operation) {
  OperationView last = operation;
  bool ended = false;
  try {
    ended = watch(session, last);
  } catch (const CommandFailure& failure) {
    if (failure.status() != ExitStatus::no_daemon) throw;
    throw CommandFailure(failure.status(),
                         fmt::format("{}; {} when it is back", failure.what(), goes_on(last)),
                         look_again(last));
  }
  if (!ended) throw CommandFailure(ExitStatus::interrupted, goes_on(last), look_again(last));
  if (last.state == OperationState::running) {
    throw CommandFailure(ExitStatus::no_daemon, "the daemon ended; " + goes_on(last) + " when it is back",
                         look_again(last));
  }
  return last;
}

ExitStatus report_end(const Session& session, const OperationView& operation) {
  const bool good =
      operation.state == OperationState::succeeded || operation.state == OperationState::running;
  if (!good && !session.json) {
    std::cout << std::flush;
    std::cerr << fmt::format("morpheusctl: {} {} {}: {}\n", to_string(operation.kind), operation.id,
                             to_string(operation.state), operation.error);
  }
  return good ? ExitStatus::done : ExitStatus::failed;
}

}  // namespace morpheus::ctl
