#include "daemon/runtime/signal.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

namespace morpheus {

Signal::Signal(const asio::any_io_executor& executor)
    : never_(executor, asio::steady_timer::time_point::max()) {}

void Signal::notify() {
  ++count_;
  never_.cancel();
}

asio::awaitable<void> Signal::wait_past(std::uint64_t seen) {
  while (count_ <= seen) {
    boost::system::error_code error;
    co_await never_.async_wait(asio::redirect_error(asio::use_awaitable, error));
    if (count_ <= seen) throw boost::system::system_error(error);
  }
}

}  // namespace morpheus
