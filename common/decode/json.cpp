#include "common/decode/json.hpp"

#include <fmt/format.h>
#include <simdjson.h>

#include <bit>
#include <cmath>

#include "common/decode/text.hpp"

namespace morpheus {
namespace {

namespace dom = simdjson::dom;

constexpr std::size_t longest_path = 200;  // in an error; fields may have names of any length

std::string_view name_of(dom::element_type type) {
  switch (type) {
    case dom::element_type::ARRAY: return "an array";
    case dom::element_type::OBJECT: return "an object";
    case dom::element_type::INT64:
    case dom::element_type::UINT64: return "a whole number";
    case dom::element_type::DOUBLE: return "a number";
    case dom::element_type::STRING: return "text";
    case dom::element_type::BOOL: return "true or false";
    case dom::element_type::NULL_VALUE: return "null";
  }
  return "unknown";
}

std::string words_of(simdjson::error_code error, const DecodeBounds& bounds) {
  switch (error) {
    case simdjson::CAPACITY: return fmt::format("larger than {} bytes", bounds.bytes);
    case simdjson::DEPTH_ERROR: return fmt::format("nested deeper than {} levels", bounds.depth);
    case simdjson::EMPTY: return "empty";
    case simdjson::UTF8_ERROR: return "not valid UTF-8";
    case simdjson::NUMBER_ERROR: return "not JSON, or has a number that is too large";
    default: return "not JSON";
  }
}

std::string place_in(const std::string& path, std::string_view field) {
  return path.empty() ? std::string(field) : fmt::format("{}.{}", path, field);
}

// "routes[3].remote_id"; empty: the document itself. As deep as the document at most.
std::string path_of(const detail::JsonStep& step) {
  if (!step.from) return {};
  const auto before = path_of(*step.from);
  return step.field.data() ? place_in(before, step.field) : fmt::format("{}[{}]", before, step.element);
}

// The field's own name in the document, whose bytes live as long as its values, and its value; unset: there is none.
std::optional<dom::key_value_pair> field_of(dom::element element, std::string_view field) {
  const dom::object object = element.get_object();
  for (auto each = object.begin(); each != object.end(); ++each) {
    if (each.key_equals(field)) return *each;
  }
  return std::nullopt;
}

template <class Place>
dom::element element_at(const Place& place) {
  static_assert(sizeof(dom::element) == sizeof(Place) && std::is_trivially_copyable_v<dom::element>);
  return std::bit_cast<dom::element>(place);
}

template <class Place>
Place place_of(const dom::element& element) {
  return std::bit_cast<Place>(element);
}

DecodeError wrong_type(const JsonValue& value, const dom::element& element, std::string_view wanted) {
  return value.error(fmt::format("is {}, not {}", name_of(element.type()), wanted));
}

}  // namespace

class JsonDocument::Parsed {
 public:
  explicit Parsed(const DecodeBounds& bounds) : context{bounds} {}

  dom::parser parser;
  dom::element root;
  detail::JsonContext context;
};

JsonDocument::JsonDocument(std::string_view text, const DecodeBounds& bounds)
    : parsed_(std::make_unique<Parsed>(bounds)) {
  if (text.size() > bounds.bytes) throw DecodeError("the document is " + words_of(simdjson::CAPACITY, bounds));
  auto error = parsed_->parser.allocate(text.size(), bounds.depth);
  if (!error) error = parsed_->parser.parse(text.data(), text.size(), true).get(parsed_->root);
  if (error == simdjson::MEMALLOC) throw std::bad_alloc();
  if (error) throw DecodeError("the document is " + words_of(error, bounds));
}

JsonDocument::~JsonDocument() = default;

JsonValue JsonDocument::root() const {
  return {place_of<JsonValue::Place>(parsed_->root), detail::JsonStep{}, parsed_->context};
}

std::string JsonValue::path() const { return path_of(step_); }

DecodeError JsonValue::error(const std::string& what) const {
  const auto where = path();
  return DecodeError(fmt::format("{} {}", where.empty() ? "the document" : clean(where, longest_path), what));
}

std::string JsonValue::text(std::size_t most_bytes) const {
  const auto element = element_at(place_);
  std::string_view value;
  if (element.get(value)) throw wrong_type(*this, element, "text");
  const std::size_t most = std::min(most_bytes, context_->bounds.text);
  if (value.size() > most) throw error(fmt::format("is longer than {} bytes", most));
  return std::string(value);
}

std::string JsonValue::shown(std::size_t most_bytes) const {
  const auto element = element_at(place_);
  std::string_view value;
  if (element.get(value)) throw wrong_type(*this, element, "text");
  return clean(value, most_bytes);
}

std::int64_t JsonValue::integer(std::int64_t least, std::int64_t most) const {
  const auto element = element_at(place_);
  std::int64_t value = 0;
  const auto wrong = element.get(value);
  if (wrong && !element.is_uint64()) throw wrong_type(*this, element, "a whole number");
  if (wrong || value < least || value > most) throw error(fmt::format("is not between {} and {}", least, most));
  return value;
}

std::uint64_t JsonValue::counter() const {
  const auto element = element_at(place_);
  std::uint64_t value = 0;
  if (!element.get(value)) return value;
  if (element.is_int64()) throw error("is negative");
  throw wrong_type(*this, element, "a whole number");
}

double JsonValue::number() const {
  const auto element = element_at(place_);
  double value = 0;
  if (element.get(value)) throw wrong_type(*this, element, "a number");
  if (!std::isfinite(value)) throw error("is not finite");
  return value;
}

bool JsonValue::flag() const {
  const auto element = element_at(place_);
  bool value = false;
  if (element.get(value)) throw wrong_type(*this, element, "true or false");
  return value;
}

bool JsonValue::is_null() const { return element_at(place_).is_null(); }

JsonObject JsonValue::object() const {
  const auto element = element_at(place_);
  if (!element.is_object()) throw wrong_type(*this, element, "an object");
  return JsonObject(*this);
}

std::vector<JsonValue> JsonValue::array() const {
  const auto element = element_at(place_);
  dom::array array;
  if (element.get(array)) throw wrong_type(*this, element, "an array");
  const auto most = context_->bounds.elements;
  if (array.size() > most) throw error(fmt::format("has more than {} elements", most));
  const detail::JsonStep& here = kept_step();
  std::vector<JsonValue> values;
  values.reserve(array.size());
  for (const dom::element each : array) {
    values.push_back(JsonValue(place_of<Place>(each), {&here, {}, values.size()}, *context_));
  }
  return values;
}

std::optional<JsonValue> JsonObject::find(std::string_view field) const {
  const auto found = field_of(element_at(value_.place_), field);
  if (!found || found->value.is_null()) return std::nullopt;
  return JsonValue(place_of<JsonValue::Place>(found->value), {step_, found->key}, *value_.context_);
}

JsonValue JsonObject::at(std::string_view field) const {
  const auto found = field_of(element_at(value_.place_), field);
  if (!found) throw DecodeError(clean(place_in(path(), field), longest_path) + " is missing");
  return {place_of<JsonValue::Place>(found->value), {step_, found->key}, *value_.context_};
}

std::vector<std::pair<std::string, JsonValue>> JsonObject::fields() const {
  const dom::object object = element_at(value_.place_).get_object();
  const DecodeBounds& bounds = value_.context_->bounds;
  if (object.size() > bounds.elements) throw error(fmt::format("has more than {} fields", bounds.elements));
  std::vector<std::pair<std::string, JsonValue>> all;
  all.reserve(object.size());
  for (const auto& [key, each] : object) {
    if (key.size() > bounds.text) throw error(fmt::format("has a field whose name is longer than {} bytes", bounds.text));
    all.emplace_back(std::string(key), JsonValue(place_of<JsonValue::Place>(each), {step_, key}, *value_.context_));
  }
  return all;
}

std::optional<std::string> JsonObject::optional_text(std::string_view field) const {
  const auto value = find(field);
  return value ? std::optional(value->text()) : std::nullopt;
}

std::optional<std::string> JsonObject::optional_shown(std::string_view field, std::size_t most_bytes) const {
  const auto value = find(field);
  return value ? std::optional(value->shown(most_bytes)) : std::nullopt;
}

std::optional<std::int64_t> JsonObject::optional_integer(std::string_view field) const {
  const auto value = find(field);
  return value ? std::optional(value->integer()) : std::nullopt;
}

std::optional<std::uint64_t> JsonObject::optional_counter(std::string_view field) const {
  const auto value = find(field);
  return value ? std::optional(value->counter()) : std::nullopt;
}

std::optional<double> JsonObject::optional_number(std::string_view field) const {
  const auto value = find(field);
  return value ? std::optional(value->number()) : std::nullopt;
}

std::optional<bool> JsonObject::optional_flag(std::string_view field) const {
  const auto value = find(field);
  return value ? std::optional(value->flag()) : std::nullopt;
}

std::optional<JsonObject> JsonObject::optional_object(std::string_view field) const {
  const auto value = find(field);
  return value ? std::optional(value->object()) : std::nullopt;
}

std::optional<std::vector<JsonValue>> JsonObject::optional_array(std::string_view field) const {
  const auto value = find(field);
  return value ? std::optional(value->array()) : std::nullopt;
}

namespace detail {

Error decode_failure(const Sender& sender, const DecodeError& error) {
  return Error{sender.code, fmt::format("{}: {}", clean(sender.name, longest_error), error.what()), sender.hint};
}

}  // namespace detail
}  // namespace morpheus
