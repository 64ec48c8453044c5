#pragma once

#include <fuzzer/FuzzedDataProvider.h>

#include <span>
#include <string>
#include <string_view>

namespace morpheus::fuzz {

// Makes a JSON document out of a fuzzer's bytes: sound in its form, hostile in its values. Objects get the fields that the decoder
// reads, or others, some twice; values are of the right and of every other type, extreme, deep, long and many.
std::string make_json(FuzzedDataProvider& input, std::span<const std::string_view> fields);

}  // namespace morpheus::fuzz
