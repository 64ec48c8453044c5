#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <string_view>

#include "common/model/time.hpp"

namespace morpheus::sim {

// What happened in one simulation, line by line, and how often. Two runs of a seed have the same hash.
class Trace {
 public:
  static constexpr std::size_t longest_tail = 400;

  explicit Trace(bool loud) : loud_(loud) {}

  void add(Millis at, std::string_view line);
  void count(std::string_view what) { ++counts_[std::string(what)]; }

  std::uint64_t hash() const { return hash_; }
  std::uint64_t lines() const { return lines_; }
  const std::deque<std::string>& tail() const { return tail_; }
  const std::map<std::string, std::int64_t>& counts() const { return counts_; }

 private:
  bool loud_;
  std::uint64_t hash_ = 14695981039346656037ULL;  // FNV-1a
  std::uint64_t lines_ = 0;
  std::deque<std::string> tail_;
  std::map<std::string, std::int64_t> counts_;
};

}  // namespace morpheus::sim
