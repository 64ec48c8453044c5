#pragma once

#include <boost/asio/awaitable.hpp>

#include "daemon/provider/cloud/rate_budget.hpp"
#include "daemon/provider/hetzner/api/api_error.hpp"

namespace morpheus::hetzner {

namespace asio = boost::asio;

// Whether a call that changes something may be made now. It is asked after all waiting, right before each time that the call is sent.
class Permit {
 public:
  virtual ~Permit() = default;
  virtual asio::awaitable<ApiResult<>> ask(Urgency urgency) = 0;
};

}  // namespace morpheus::hetzner
