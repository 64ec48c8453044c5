#include "daemon/app/forced_stop.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <spdlog/spdlog.h>

#include <cstdlib>

namespace morpheus {

ForcedStop::ForcedStop(const asio::any_io_executor& executor, const TaskGroup& tasks, Millis limit)
    : deadline_(executor), tasks_(tasks), limit_(limit) {}

void ForcedStop::arm() {
  deadline_.expires_after(limit_);
  deadline_.async_wait([this](const boost::system::error_code& cancelled) { expired(cancelled); });
}

void ForcedStop::disarm() { deadline_.cancel(); }

void ForcedStop::expired(const boost::system::error_code& cancelled) const {
  if (cancelled) return;
  spdlog::error("not stopped within {} s: {}", limit_.count() / 1000, fmt::join(tasks_.names(), ", "));
  spdlog::shutdown();
  std::_Exit(EXIT_FAILURE);
}

}  // namespace morpheus
