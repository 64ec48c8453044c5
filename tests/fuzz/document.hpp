#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "tests/fuzz/cpu_limit.hpp"
#include "tests/fuzz/json_maker.hpp"

namespace morpheus::fuzz {

// Gives `decode` the input twice: as it is, and as the recipe of a JSON document with these fields; each within the limit of time.
template <class Decode>
void as_text_and_as_recipe(const std::uint8_t* data, std::size_t size, std::span<const std::string_view> fields, Decode decode) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  within_limit(text.size(), [&] { decode(text); });
  FuzzedDataProvider input(data, size);
  const std::string made = make_json(input, fields);
  within_limit(made.size(), [&] { decode(std::string_view(made)); });
}

}  // namespace morpheus::fuzz
