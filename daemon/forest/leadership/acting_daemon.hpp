#pragma once

#include "daemon/provider/acting.hpp"
#include "daemon/runtime/clock.hpp"
#include "daemon/store/journal.hpp"
#include "daemon/store/store.hpp"

namespace morpheus {

// This daemon's right to act as its database has it. Superseded, it is retired at once, which is an event.
class ActingDaemon : public Acting {
 public:
  ActingDaemon(const Clock& clock, Store& store, Journal& journal) : clock_(clock), store_(store), journal_(journal) {}

  Result<Claim> own() const override;

  // Throws StoreError if it cannot be stored; whoever asked for something gets nothing then either.
  Error supersede(const Claim& other) override;

 private:
  const Clock& clock_;
  Store& store_;
  Journal& journal_;
};

}  // namespace morpheus
