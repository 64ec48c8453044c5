#pragma once

#include <boost/system/result.hpp>
#include <stdexcept>
#include <string>

namespace morpheus {

// What kind of failure it was, as far as a caller acts on it. The control protocol and the client's exit status follow it.
enum class ErrorCode {
  invalid,      // the request or the file is wrong; the message says what to write instead
  not_found,    // no such forest, node or operation
  conflict,     // the name is taken, or somebody else holds it
  refused,      // a limit, a cooldown, a pause, an operation at work or the policy says no
  denied,       // the caller may not do this
  unavailable,  // the other side cannot be reached or did not answer in time; worth trying again
  ambiguous,    // the request may or may not have been carried out; look before asking again
  moved,        // not here: the address that was reserved cannot be used, another one may
  superseded,   // another daemon acts in this one's place
  failed,       // it was tried and went wrong for good
};

// An expected failure: what happened, in words for an operator, and what to do about it.
struct Error {
  ErrorCode code = ErrorCode::failed;
  std::string message;
  std::string hint;  // what to type or change next; may be empty
};

// A value, or the expected failure that came instead.
template <class T = void>
using Result = boost::system::result<T, Error>;

// `message`, and the hint behind it when there is one.
std::string describe(const Error& error);

// Asked for by Result<T>::value() on a failure; a programming error unless the failure was ruled out before.
[[noreturn]] void throw_exception_from_error(const Error& error, const boost::source_location& where);

}  // namespace morpheus
