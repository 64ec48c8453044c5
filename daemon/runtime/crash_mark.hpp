#pragma once

#include <filesystem>

namespace morpheus {

// Tells the next start that this process ended by a fault of its own, and not by a signal from outside, a stop or a loss of power.
// One a process.
class CrashMark {
 public:
  // From now on a fault of the program (SIGSEGV, SIGABRT and their like; a stack that is used up, too) leaves the mark at `path`
  // before it ends the process as it would have otherwise.
  explicit CrashMark(const std::filesystem::path& path);
  ~CrashMark();
  CrashMark(const CrashMark&) = delete;
  CrashMark& operator=(const CrashMark&) = delete;

  // The process before this one left its mark, which is taken away with this.
  bool was_left() const { return was_left_; }

  // For a fault that ends the process by an exception.
  static void leave();

 private:
  bool was_left_;
};

}  // namespace morpheus
