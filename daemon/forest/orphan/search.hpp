#pragma once

#include <boost/asio/awaitable.hpp>
#include <optional>
#include <string>

#include "daemon/forest/context.hpp"
#include "daemon/forest/orphan/inventory.hpp"

namespace morpheus {

// What listing, adopting and deleting orphans have in common.

// What the providers said of a name.
struct OrphanSearch {
  std::optional<Orphan> orphan;  // unset without `error`: there is nothing of that name
  std::optional<Error> error;
};

// Asks every provider again. What one of them has is certain, whatever becomes of the others; that there is nothing is
// certain only when all have answered.
asio::awaitable<OrphanSearch> search_orphan(const ForestContext& context, std::string name);

// It can be asked, or forests that are stored are on it.
bool may_have_machines(const ForestContext& context, const std::string& provider);

// A forest of that name is stored, and on that provider; empty: on any.
bool is_stored_forest(const ForestContext& context, const std::string& name, const std::string& provider = "");

// refused: somebody adopts or deletes it at this moment.
Error in_other_hands(const std::string& name);

// refused: a stored node stands for it.
Error no_orphan(const std::string& name);

Event orphan_event(const Machine& machine, std::string message);

}  // namespace morpheus
