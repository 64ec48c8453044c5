#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <vector>

#include "common/model/check.hpp"
#include "common/protocol/views.hpp"
#include "daemon/forest/context.hpp"
#include "daemon/forest/orphans.hpp"

namespace morpheus {

inline constexpr std::uint64_t least_free_space = std::uint64_t{256} << 20;  // bytes beside the database

// Looks at everything that the daemon stands on, and says of each thing whether it is well. Changes nothing; whatever fails,
// the rest is looked at all the same.
class Doctor {
 public:
  Doctor(const ForestContext& context, Orphans& orphans) : context_(context), orphans_(orphans) {}

  asio::awaitable<std::vector<Check>> examine();

 private:
  Check database() const;
  Check disk() const;
  Check clock() const;
  std::vector<Check> forests() const;
  asio::awaitable<std::vector<Check>> difference();

  const ForestContext& context_;
  Orphans& orphans_;
};

}  // namespace morpheus
