#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "common/protocol/views.hpp"
#include "daemon/provider/provider.hpp"
#include "daemon/store/store.hpp"

namespace morpheus {

// An orphan is a machine, or a reserved address without one, that carries this installation's label and that no stored node
// stands for. It costs, and nothing counts it.

struct Orphan {
  std::string provider;
  Machine machine;
};

// Any forest is stored on that provider.
bool has_forests(const Store& store, const std::string& provider);

// Machines of one provider. A hand in the console may have changed a machine's name: its id tells which it is.
struct KnownMachines {
  std::set<std::string> names;
  std::set<std::string> ids;

  bool has(const Machine& machine) const { return names.contains(machine.name) || ids.contains(machine.id); }
  // One of them is the node's: by its id where that is stored.
  bool stand_for(const Node& node) const { return node.machine_id.empty() ? names.contains(node.name) : ids.contains(node.machine_id); }
  void merge(KnownMachines others) {
    names.merge(others.names);
    ids.merge(others.ids);
  }
};
// Those that a provider lists as ours, without the addresses that have no machine.
KnownMachines machines_of(const Inventory& inventory);
// Those that stored nodes may stand for.
KnownMachines known_machines(const Store& store, const std::string& provider);

// Nodes come and go while the provider answers: an orphan is what nobody knew before, nor knows after.
std::vector<Machine> orphans_of(const Inventory& inventory, const KnownMachines& known_before, const KnownMachines& known_after);

// "oak-node-4 (id 17, cx23 in fsn1, 5.99 a month)".
std::string describe_orphan(const Machine& machine);

// What an operator may type about it: adopt it, or delete it; an address alone can only be deleted.
std::string orphan_way_out(const Machine& machine);

OrphanView to_view(const Machine& machine, const std::string& provider);

// n of "<forest>-node-<n>"; unset: `name` is no node's name of that forest.
std::optional<int> index_in(const std::string& forest, const std::string& name);

// The forest that a node's name is made of; empty: it is none.
std::string forest_in(const std::string& name);

}  // namespace morpheus
