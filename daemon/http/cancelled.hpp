#pragma once

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

namespace morpheus {

// A cancelled caller is not an answer: it goes up as an exception.
inline void throw_if_cancelled(const boost::system::error_code& error) {
  if (error == boost::asio::error::operation_aborted) throw boost::system::system_error(error);
}

}  // namespace morpheus
