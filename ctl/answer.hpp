#pragma once

#include <boost/system/error_code.hpp>
#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>

#include "common/model/time.hpp"
#include "ctl/exit_status.hpp"

namespace morpheus::ctl {

// Longest answer of the daemon's that is taken as a whole, in bytes.
inline constexpr std::size_t largest_answer = std::size_t{64} << 20;
// Bytes of an answer that are kept until they make sense: a header, a chunk's size, a trailer.
inline constexpr std::size_t most_buffered = 128 * 1024;

// Why the socket could not be connected to, and what to type.
CommandFailure connect_failure(const std::string& socket, const boost::system::error_code& error);

// Why a connection ended before its answer did; `patience` is how long was waited where it timed out.
CommandFailure broken_off(const std::string& socket, const boost::system::error_code& error, Millis patience);

// A JSON text from the daemon; thrown as failed when it is none, or nested too deeply.
nlohmann::json parse_answer(const std::string& text);

// The answer, or its {"error": ...} thrown as the exit status that it means.
nlohmann::json checked_answer(unsigned http_status, const std::string& text);

}  // namespace morpheus::ctl
