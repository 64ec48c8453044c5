#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "daemon/store/store.hpp"

namespace morpheus {

// A copy of the database, made in steps while it is used: each step takes a few milliseconds, and what is written between two steps
// is in the copy. The file (mode 0600, with what SQLite puts beside it) is removed with this object. Everything throws StoreError.
class Store::Copy {
 public:
  // failed: there is no room for it at `path`. What is at `path` is replaced.
  static Result<std::unique_ptr<Copy>> begin(Store& store, const std::string& path);
  ~Copy();
  Copy(const Copy&) = delete;
  Copy& operator=(const Copy&) = delete;

  // false: nothing is left to copy for now.
  bool step();
  // Copies what is left at once, and makes the file whole: what is written to the store from now on is not in it.
  void finish();
  // Changes the lease that the finished copy says.
  void set_lease(const LeaseRecord& lease);

 private:
  class Work;
  explicit Copy(std::unique_ptr<Work> work);
  std::unique_ptr<Work> work_;
};

// Removes what an earlier process left at `path` of a copy.
void sweep_copy(const std::string& path);

}  // namespace morpheus
