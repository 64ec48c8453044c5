#pragma once

#include "daemon/provider/lease/lease_holder.hpp"
#include "daemon/runtime/clock.hpp"
#include "daemon/store/journal.hpp"
#include "daemon/store/store.hpp"

namespace morpheus {

// This daemon's right to act as its database has it. Superseded, it is retired at once, which is an event.
class StoredLease : public LeaseHolder {
 public:
  StoredLease(const Clock& clock, Store& store, Journal& journal) : clock_(clock), store_(store), journal_(journal) {}

  Result<Lease> own() const override;

  // Throws StoreError if it cannot be stored; whoever asked for something gets nothing then either.
  Error supersede(const Lease& other) override;

 private:
  const Clock& clock_;
  Store& store_;
  Journal& journal_;
};

}  // namespace morpheus
