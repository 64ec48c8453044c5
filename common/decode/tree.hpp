#pragma once

#include <nlohmann/json.hpp>
#include <string_view>

#include "common/decode/json.hpp"

namespace morpheus {

// `text` as a whole, for a program that passes it on as it came (morpheusctl -o json). Within `bounds`, so that nothing that walks
// over it recurses deeper than `bounds.depth`.
Result<nlohmann::json> decode_tree(const Sender& sender, std::string_view text, const DecodeBounds& bounds);

}  // namespace morpheus
