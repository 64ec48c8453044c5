#include "common/error.hpp"

namespace morpheus {

std::string describe(const Error& error) {
  return error.hint.empty() ? error.message : error.message + ": " + error.hint;
}

void throw_exception_from_error(const Error& error, const boost::source_location&) {
  throw std::runtime_error(describe(error));
}

}  // namespace morpheus
