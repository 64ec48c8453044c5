#include "daemon/nats/protocol.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
#include <vector>

#include "common/decode/json.hpp"
#include "common/decode/text.hpp"

namespace morpheus {
namespace {

constexpr std::string_view greeting_verb = "INFO ";
constexpr std::string_view error_verb = "-ERR";
constexpr DecodeBounds greeting_bounds{std::size_t{64} << 10, 32, 4'096, std::size_t{1} << 10};
constexpr std::size_t most_words = 5;  // MSG, subject, subscription, where to answer, size

Greeting read_fields(const JsonObject& info) {
  Greeting greeting;
  greeting.nonce = info.optional_text("nonce").value_or("");
  greeting.tls_required = info.optional_flag("tls_required").value_or(false);
  return greeting;
}

// Empty: there are more than a line has.
std::vector<std::string_view> words_of(std::string_view line) {
  std::vector<std::string_view> words;
  for (std::size_t at = line.find_first_not_of(' '); at != std::string_view::npos; at = line.find_first_not_of(' ', at)) {
    if (words.size() == most_words) return {};
    const auto end = std::min(line.find(' ', at), line.size());
    words.push_back(line.substr(at, end - at));
    at = end;
  }
  return words;
}

ServerLine read_message(const std::vector<std::string_view>& words) {
  ServerLine line;
  if (words.size() < most_words - 1) return line;
  const std::string_view size = words.back();
  const auto parsed = std::from_chars(size.data(), size.data() + size.size(), line.bytes);
  if (parsed.ec == std::errc() && parsed.ptr == size.data() + size.size()) line.kind = ServerLine::Kind::message;
  return line;
}

}  // namespace

Result<Greeting> read_greeting(std::string_view line) {
  if (!line.starts_with(greeting_verb)) return Error{ErrorCode::invalid, "it does not greet as a NATS server", ""};
  return decode({"its greeting", ErrorCode::invalid}, line.substr(greeting_verb.size()), greeting_bounds, read_fields);
}

ServerLine read_server_line(std::string_view text) {
  ServerLine line;
  if (text.starts_with(error_verb)) {
    line.kind = ServerLine::Kind::error;
    line.text = clean(text.substr(error_verb.size() + (text.size() > error_verb.size() ? 1 : 0)), longest_error);
    return line;
  }
  const auto words = words_of(text.substr(0, text.starts_with(greeting_verb) ? greeting_verb.size() : text.size()));
  if (words.empty()) return line;
  if (words.front() == "MSG") return read_message(words);
  if (words.front() == "PONG") line.kind = ServerLine::Kind::pong;
  // A PING is not answered: a server waits minutes for that, and no connection lasts so long.
  if (words.front() == "PING" || words.front() == "INFO" || words.front() == "+OK") line.kind = ServerLine::Kind::nothing;
  return line;
}

std::string introduction(const std::string& key, const std::string& signature) {
  const nlohmann::json words{{"name", "morpheusd"}, {"lang", "c++"},        {"version", "1"}, {"verbose", false},
                             {"pedantic", false},   {"tls_required", false}, {"nkey", key},    {"sig", signature}};
  return fmt::format("CONNECT {}\r\nPING\r\n", words.dump());
}

std::string question(const std::string& subject, const std::string& inbox, const std::string& body) {
  return fmt::format("SUB {} 1\r\nPUB {} {} {}\r\n{}\r\n", inbox, subject, inbox, body.size(), body);
}

}  // namespace morpheus
