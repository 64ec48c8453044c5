#pragma once

#include <string>

namespace morpheus {

// Where a provider says what it put right that somebody else had changed, and what of it cannot be put right.
class Repairs {
 public:
  virtual ~Repairs() = default;

  // `forest`: its name; empty: it concerns all. `what`: one sentence.
  virtual void put_right(const std::string& forest, const std::string& what) = 0;
};

}  // namespace morpheus
