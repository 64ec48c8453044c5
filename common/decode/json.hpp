#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <limits>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "common/error.hpp"

// The border: what others send (servers, clouds, clients, files, archives) is decoded here, into types, and nowhere else.

namespace morpheus {

// Who sent a document, for its errors.
struct Sender {
  std::string name;  // "10.0.0.1 /varz", "GET /servers of the cloud's API": an error begins with it
  ErrorCode code = ErrorCode::failed;
  std::string hint = {};
};

// What a document may have at most. It is refused as a whole beyond that, before anything recurses.
struct DecodeBounds {
  std::size_t bytes = std::size_t{1} << 20;
  std::size_t depth = 32;            // levels of objects and arrays
  std::size_t elements = 20'000;     // of one array, or fields of one object, that is read
  std::size_t text = std::size_t{64} << 10;  // bytes of one text that is read
};

// What is wrong with a document: thrown by the readers below, turned into an Error by decode().
class DecodeError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

class JsonObject;

namespace detail {
// One step of the way to a value of a document, for errors alone: it becomes text when there is one.
struct JsonStep {
  const JsonStep* from = nullptr;  // null: the document itself
  std::string_view field = {};     // in the document's own bytes; no data: an element of an array
  std::size_t element = 0;
};

// What the values of one document share. Steps do not move.
struct JsonContext {
  DecodeBounds bounds;
  std::deque<JsonStep> steps = {};
};
}  // namespace detail

// A value of a document, and where it stands there ("routes[3].remote_id"). Lives only inside the `read` of decode(). Every
// function throws DecodeError, which names the place, if the value is of another type or out of bounds.
class JsonValue {
 public:
  // Valid UTF-8 of at most `most_bytes`.
  std::string text(std::size_t most_bytes = std::numeric_limits<std::size_t>::max()) const;
  // A text as it may be shown: cut to `most_bytes` and cleaned (common/decode/text.hpp).
  std::string shown(std::size_t most_bytes) const;
  std::int64_t integer(std::int64_t least = std::numeric_limits<std::int64_t>::min(),
                       std::int64_t most = std::numeric_limits<std::int64_t>::max()) const;
  std::uint64_t counter() const;  // 0 to 2^64 - 1
  double number() const;          // finite
  bool flag() const;
  JsonObject object() const;
  std::vector<JsonValue> array() const;
  bool is_null() const;

  std::string path() const;
  // A DecodeError about this value: "PATH `what`". For checks that only the reader of a field can make.
  DecodeError error(const std::string& what) const;

 private:
  friend class JsonDocument;
  friend class JsonObject;
  // Refers to simdjson's tape; simdjson's own type, without its header.
  struct Place {
    const void* document;
    std::size_t index;
  };
  JsonValue(Place place, const detail::JsonStep& step, detail::JsonContext& context) : place_(place), step_(step), context_(&context) {}

  // Where values below this one come from.
  const detail::JsonStep& kept_step() const { return context_->steps.emplace_back(step_); }

  Place place_;
  detail::JsonStep step_;
  detail::JsonContext* context_;
};

// An object of a document. Fields that nobody asks for are ignored; of a repeated one the first counts. Like JsonValue, it lives
// only inside the `read` of decode().
class JsonObject {
 public:
  // The field's value. Throws DecodeError ("PATH is missing") if there is none; null is a value.
  JsonValue at(std::string_view field) const;
  // Unset if the field is missing or null.
  std::optional<JsonValue> find(std::string_view field) const;
  // All fields in their order.
  std::vector<std::pair<std::string, JsonValue>> fields() const;

  std::string text(std::string_view field) const { return at(field).text(); }
  std::string shown(std::string_view field, std::size_t most_bytes) const { return at(field).shown(most_bytes); }
  std::int64_t integer(std::string_view field) const { return at(field).integer(); }
  std::uint64_t counter(std::string_view field) const { return at(field).counter(); }
  double number(std::string_view field) const { return at(field).number(); }
  bool flag(std::string_view field) const { return at(field).flag(); }
  JsonObject object(std::string_view field) const { return at(field).object(); }
  std::vector<JsonValue> array(std::string_view field) const { return at(field).array(); }

  // Unset if the field is missing or null; a value of another type is an error all the same.
  std::optional<std::string> optional_text(std::string_view field) const;
  std::optional<std::string> optional_shown(std::string_view field, std::size_t most_bytes) const;
  std::optional<std::int64_t> optional_integer(std::string_view field) const;
  std::optional<std::uint64_t> optional_counter(std::string_view field) const;
  std::optional<double> optional_number(std::string_view field) const;
  std::optional<bool> optional_flag(std::string_view field) const;
  std::optional<JsonObject> optional_object(std::string_view field) const;
  std::optional<std::vector<JsonValue>> optional_array(std::string_view field) const;

  std::string path() const { return value_.path(); }
  DecodeError error(const std::string& what) const { return value_.error(what); }

 private:
  friend class JsonValue;
  explicit JsonObject(const JsonValue& value) : value_(value), step_(&value.kept_step()) {}

  JsonValue value_;
  const detail::JsonStep* step_;
};

// A parsed document. Throws DecodeError for what is not JSON in UTF-8, or out of bounds. Linear in the document's size.
class JsonDocument {
 public:
  JsonDocument(std::string_view text, const DecodeBounds& bounds);
  ~JsonDocument();
  JsonDocument(const JsonDocument&) = delete;
  JsonDocument& operator=(const JsonDocument&) = delete;

  JsonValue root() const;

 private:
  class Parsed;
  std::unique_ptr<Parsed> parsed_;
};

namespace detail {
// "SENDER: what is wrong", with the sender's code and hint.
Error decode_failure(const Sender& sender, const DecodeError& error);
}  // namespace detail

// What `read`, a function of the document's root (const JsonValue&), makes of `text`; an error that names the sender and the
// field if it is not what `read` asks for.
template <class Read>
auto decode_value(const Sender& sender, std::string_view text, const DecodeBounds& bounds, Read read)
    -> Result<std::invoke_result_t<Read, const JsonValue&>> {
  using Answer = Result<std::invoke_result_t<Read, const JsonValue&>>;
  try {
    const JsonDocument document(text, bounds);
    return Answer(boost::system::in_place_value, read(document.root()));
  } catch (const DecodeError& error) {
    return detail::decode_failure(sender, error);
  }
}

// The same for a document that is an object: `read` is a function of const JsonObject&.
template <class Read>
auto decode(const Sender& sender, std::string_view text, const DecodeBounds& bounds, Read read)
    -> Result<std::invoke_result_t<Read, const JsonObject&>> {
  const auto read_root = [&read](const JsonValue& root) { return read(root.object()); };
  return decode_value(sender, text, bounds, read_root);
}

}  // namespace morpheus
