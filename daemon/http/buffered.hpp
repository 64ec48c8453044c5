#pragma once

#include <cstddef>

namespace morpheus {

// Bytes of an answer that are kept until they make sense: a header, a chunk's size with its extensions, a trailer. Beast bounds a header
// and a body; only its buffer bounds the rest.
inline constexpr std::size_t most_buffered = 128 * 1024;

}  // namespace morpheus
