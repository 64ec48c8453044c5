#pragma once

#include "common/error.hpp"
#include "daemon/provider/lease/lease.hpp"

namespace morpheus {

// This daemon's lease, as a fence needs it.
class LeaseHolder {
 public:
  virtual ~LeaseHolder() = default;

  // What it holds; the error says why it holds none now: it is in standby or retired.
  virtual Result<Lease> own() const = 0;

  // Another daemon acts: this one stops, before the call returns. The error (superseded) is the answer to whoever asked for
  // something; it says who acts and what to type.
  virtual Error supersede(const Lease& other) = 0;
};

}  // namespace morpheus
