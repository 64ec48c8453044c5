#pragma once

#include <boost/system/result.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "common/error.hpp"

namespace morpheus::hetzner {

// What a refusal asks us to do.
enum class Fault {
  sold_out,      // that type in that location: try the next pair, leave this one alone for minutes
  not_offered,   // that type in that location cannot be ordered: the next pair, this one is left alone for long
  quota,         // the project's limit: stop growing, say so, probe slowly
  group_full,    // of a placement group: the next one
  taken,         // the name: look whose it is
  busy,          // an action runs on it: wait, again
  rate_limited,  // wait until there are tokens, again
  denied,        // the token: no retry, tell the operator
  not_found,     // it is gone
  invalid,       // we asked for what cannot be
  not_acting,    // the fence let nothing through: nothing was asked for
  ambiguous,     // it may have been carried out: look before asking again
  other,         // not fatal: again later
};

struct ApiError {
  Fault fault = Fault::other;
  unsigned status = 0;  // HTTP's; 0: no answer came
  std::string code;     // the API's
  std::string message;  // for an operator, with the correlation id
  std::optional<Error> refusal = {};  // of not_acting: the fence's
};

template <class T = void>
using ApiResult = boost::system::result<T, ApiError>;

// What an answer with that status and error code means (https://docs.hetzner.cloud, "Errors"). The status matters only where there is no
// code, or one that is not known; the message where one code stands for several things.
Fault classify(unsigned status, std::string_view code, std::string_view message = {});

// What the fence said, of a call that was not made.
ApiError not_acting(const Error& refusal);

// For those who do not care whose API it is.
Error to_error(const ApiError& error);

[[noreturn]] void throw_exception_from_error(const ApiError& error, const boost::source_location& where);

}  // namespace morpheus::hetzner
