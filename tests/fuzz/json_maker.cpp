#include "tests/fuzz/json_maker.hpp"

#include <array>

namespace morpheus::fuzz {
namespace {

constexpr std::size_t largest = 256 * 1024;  // bytes of a document
constexpr int deepest = 12;                  // that is made value by value
constexpr std::array<std::string_view, 26> numbers{
    "0", "-0", "1", "-1", "2", "100", "3.5", "-3.5", "1e12", "1e308", "-1e308", "1e309", "1e-320", "0.1e1", "127", "128", "65536", "2147483647",
    "2147483648", "-2147483649", "4294967296", "9223372036854775807", "9223372036854775808", "-9223372036854775808", "18446744073709551615",
    "18446744073709551616"};
constexpr std::array<std::string_view, 18> texts{
    "", "a", "true", "0", "ok", "active", "core", "pass", "2026-11-25T18:00:00Z", "10.0.0.1", "../../x", "\\u0000", "\\u001b[2J", "\\ud83d\\ude00",
    "\\u202e", "\xC3\xBC", "\xFC", "nats-route://10.0.0.1:6222"};

class Maker {
 public:
  Maker(FuzzedDataProvider& input, std::span<const std::string_view> fields) : input_(input), fields_(fields) {}

  std::string document() {
    value(0);
    return std::move(out_);
  }

 private:
  enum class Kind { object, array, many, deep, text, long_text, number, flag, null, kMaxValue = null };

  void value(int depth) {
    if (depth > deepest || out_.size() > largest || input_.remaining_bytes() == 0) {
      out_ += "null";
      return;
    }
    switch (depth == 0 ? first_kind() : input_.ConsumeEnum<Kind>()) {
      case Kind::object: return object(depth);
      case Kind::array: return array(depth);
      case Kind::many: return many(depth);
      case Kind::deep: return deep();
      case Kind::text: return text();
      case Kind::long_text: return long_text();
      case Kind::number: return number();
      case Kind::flag: out_ += input_.ConsumeBool() ? "true" : "false"; return;
      case Kind::null: out_ += "null"; return;
    }
  }

  // Most documents are objects, and decoders are to get past their first look.
  Kind first_kind() {
    constexpr int most = 15;
    return input_.ConsumeIntegralInRange(0, most) == 0 ? input_.ConsumeEnum<Kind>() : input_.ConsumeBool() ? Kind::object : Kind::array;
  }

  void object(int depth) {
    constexpr int most = 24;
    const int count = input_.ConsumeIntegralInRange(0, most);
    out_ += '{';
    for (int i = 0; i < count; ++i) {
      if (i > 0) out_ += ',';
      name();
      out_ += ':';
      value(depth + 1);
    }
    out_ += '}';
  }

  void name() {
    const auto index = input_.ConsumeIntegralInRange<std::size_t>(0, fields_.size());
    if (index == fields_.size()) return text();
    out_ += '"';
    out_ += fields_[index];
    out_ += '"';
  }

  void array(int depth) {
    constexpr int most = 8;
    const int count = input_.ConsumeIntegralInRange(0, most);
    out_ += '[';
    for (int i = 0; i < count; ++i) {
      if (i > 0) out_ += ',';
      value(depth + 1);
    }
    out_ += ']';
  }

  // One value again and again, as siblings.
  void many(int depth) {
    const auto begin = out_.size() + 1;
    out_ += '[';
    value(depth + 1);
    const std::string one = "," + out_.substr(begin);
    auto times = input_.ConsumeIntegral<std::uint16_t>();
    for (; times > 0 && out_.size() + one.size() < largest; --times) out_ += one;
    out_ += ']';
  }

  void deep() {
    const auto levels = input_.ConsumeIntegral<std::uint16_t>();
    const std::string open = input_.ConsumeBool() || fields_.empty() ? "[" : "{\"" + std::string(fields_[levels % fields_.size()]) + "\":";
    std::size_t made = 0;
    for (; made < levels && out_.size() < largest; ++made) out_ += open;
    out_ += open.front() == '{' ? "0" : "";
    for (; made > 0; --made) out_ += open.front() == '{' ? '}' : ']';
  }

  void text() {
    out_ += '"';
    out_ += input_.PickValueInArray(texts);
    out_ += '"';
  }

  void long_text() {
    const auto size = input_.ConsumeIntegral<std::uint16_t>();
    const auto piece = input_.PickValueInArray(texts);
    out_ += '"';
    for (std::size_t made = 0; made < size && !piece.empty() && out_.size() < largest; made += piece.size()) out_ += piece;
    out_ += '"';
  }

  void number() {
    if (input_.ConsumeBool()) {
      out_ += input_.PickValueInArray(numbers);
    } else {
      out_ += std::to_string(input_.ConsumeIntegral<std::int64_t>());
    }
  }

  FuzzedDataProvider& input_;
  std::span<const std::string_view> fields_;
  std::string out_;
};

}  // namespace

std::string make_json(FuzzedDataProvider& input, std::span<const std::string_view> fields) { return Maker(input, fields).document(); }

}  // namespace morpheus::fuzz
