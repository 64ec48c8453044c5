#pragma once

#include <set>
#include <string>

namespace morpheus {

// A name in one of the manager's sets for as long as it lives.
class Hold {
 public:
  Hold(std::multiset<std::string>& names, const std::string& name) : names_(names), place_(names.insert(name)) {}
  Hold(const Hold&) = delete;
  Hold& operator=(const Hold&) = delete;
  ~Hold() { names_.erase(place_); }

 private:
  std::multiset<std::string>& names_;
  std::multiset<std::string>::iterator place_;
};

}  // namespace morpheus
