#pragma once

#include <set>
#include <string>

namespace morpheus {

// A name in a set for as long as it lives.
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

// What commands about orphans have in their hands while they ask a provider.
struct OrphanHands {
  std::multiset<std::string> machines;  // that somebody adopts or deletes
  std::multiset<std::string> clearing;  // forests that are not stored, and of which something is being deleted
};

}  // namespace morpheus
