#include "common/decode/tree.hpp"

namespace morpheus {

Result<nlohmann::json> decode_tree(const Sender& sender, std::string_view text, const DecodeBounds& bounds) {
  using Tree = Result<nlohmann::json>;
  const auto read = [](const JsonValue&) { return true; };
  const auto checked = decode_value(sender, text, bounds, read);
  if (!checked) return checked.error();
  auto tree = nlohmann::json::parse(text, nullptr, false);
  if (tree.is_discarded()) return detail::decode_failure(sender, DecodeError("the document is not JSON"));
  return Tree(boost::system::in_place_value, std::move(tree));
}

}  // namespace morpheus
