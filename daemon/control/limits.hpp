#pragma once

#include <cstddef>
#include <cstdint>

#include "common/model/time.hpp"

namespace morpheus {

// Every bound of the control socket.
struct ControlLimits {
  std::size_t sessions = 256;        // in all
  std::size_t sessions_kept = 16;    // of them, for root and the daemon's own user alone
  std::size_t sessions_to_act = 16;  // of them, for those who may change something
  std::size_t sessions_a_user = 64;  // of anyone but root and the daemon's own user
  std::size_t strangers = 64;        // without any right, that are told so at a time; more are closed without a word
  std::uint32_t header = 16 * 1024;  // bytes
  std::uint64_t body = 64 * 1024;    // bytes
  std::size_t buffered = 96 * 1024;  // bytes of a request that are kept until they make sense: a chunk's size with its extensions, a trailer
  Millis first_byte{10'000};         // to begin the first request
  Millis request{10'000};            // to send a whole request, once it has begun
  Millis idle{60'000};               // between two requests
  Millis answer{30'000};             // to take an answer, or one piece of a stream
  Millis acknowledgement{120'000};   // for the client of a move to write the archive to its disk, and to say that it is whole
  Millis heartbeat{15'000};          // an empty line in a stream that was quiet for as long
  Millis linger{2'000};              // for a client to read a refusal while it is still sending
  int events_a_batch = 200;          // that a stream reads, and writes, at a time
  std::size_t piece = 64 * 1024;     // bytes of an answer in pieces, after which a piece is written: all that is kept of it in memory
  std::size_t unread = 64u << 20;    // bytes of whole answers that clients have not read yet; nobody is answered beyond it until they did
  std::size_t unread_a_user = 16u << 20;  // likewise, of one user's clients
  Millis refusals_pause{60'000};     // between two events about what one user was refused
  std::size_t refused_users = 64;    // that get such events within one pause
};

inline constexpr std::size_t deepest_body = 16;  // levels

}  // namespace morpheus
