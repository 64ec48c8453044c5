#pragma once

#include <boost/asio/awaitable.hpp>
#include <set>
#include <string>
#include <vector>

#include "common/protocol/views.hpp"
#include "daemon/forest/context.hpp"

namespace morpheus {

// The names of all machines that a stored node may stand for.
std::set<std::string> known_machines(const Store& store);

// Machines and reserved addresses of this installation that no stored node stands for: they cost, and nobody minds them. Nodes
// come and go while the provider answers: an orphan is what was unknown before it was asked (`known_before`), and is now.
std::vector<Machine> orphans_of(const Inventory& inventory, const std::set<std::string>& known_before, const Store& store);

// What an operator does about orphans. Each call asks the providers anew.
class Orphans {
 public:
  explicit Orphans(const ForestContext& context) : context_(context) {}

  asio::awaitable<Result<OrphansView>> list();

  // Makes the machine a ready node of its forest, if it serves as one: it answers on its monitoring port under its own name.
  // Nothing is created or deleted. refused: it does not, or an operation is at work.
  asio::awaitable<Result<AdoptionView>> adopt(std::string name, Caller caller);

  // Deletes the machine or the address, and what stood around its forest if that is stored nowhere and nothing is left of it.
  asio::awaitable<Result<>> remove(std::string name, Caller caller);

  // What is left of a forest of that name is being deleted: none may be planted meanwhile.
  bool is_clearing(const std::string& forest) const { return clearing_.contains(forest); }

 private:
  struct Orphan {
    std::string provider;
    Machine machine;
  };
  asio::awaitable<Result<Orphan>> find(std::string name);
  // As it says of itself; `role` is unset where it does not serve as a node.
  asio::awaitable<Result<NodeRole>> look_at(Machine machine);
  asio::awaitable<Result<>> destroy(Orphan orphan);
  void record(const Orphan& orphan, const std::string& what);

  const ForestContext& context_;
  std::multiset<std::string> clearing_;
};

}  // namespace morpheus
