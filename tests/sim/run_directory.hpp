#pragma once

#include <string>

namespace morpheus::sim {

// Where the databases of one run are, removed with it. In memory where there is such a place: a commit there costs no disk.
class RunDirectory {
 public:
  RunDirectory();
  ~RunDirectory();
  RunDirectory(const RunDirectory&) = delete;
  RunDirectory& operator=(const RunDirectory&) = delete;

  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace morpheus::sim
