#include "common/config/load.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>

#include "common/config/document.hpp"
#include "common/config/keys.hpp"

namespace morpheus {
namespace {

constexpr std::uintmax_t largest_file = 1 << 20;

ConfigReport failed(std::string message) {
  ConfigReport report;
  report.errors.push_back({0, 0, "", std::move(message)});
  return report;
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
    }
  }
  return row[b.size()];
}

std::string nearest_key(std::string_view name) {
  const auto keys = config_keys();
  const auto nearest = std::ranges::min_element(
      keys, {}, [&](const Key& key) { return edit_distance(key.name, name); });
  return std::string(nearest->name);
}

const Key* find_key(std::string_view name) {
  const auto keys = config_keys();
  const auto found = std::ranges::find(keys, name, &Key::name);
  return found == keys.end() ? nullptr : &*found;
}

bool is_section(std::string_view name) {
  return std::ranges::any_of(config_keys(), [&](const Key& key) { return key.name.starts_with(fmt::format("{}.", name)); });
}

class Reader {
 public:
  ConfigReport read(std::string_view text) {
    auto document = parse_document(text, report_.errors);
    for (const Entry& entry : document) take(entry);
    for (const Conflict& conflict : find_conflicts(config_)) {
      const auto at = places_.find(std::string(conflict.key));
      const ConfigError place = at == places_.end() ? ConfigError{} : at->second;
      report_.errors.push_back({place.line, place.column, std::string(conflict.key), conflict.message});
    }
    std::ranges::stable_sort(report_.errors, {}, &ConfigError::line);
    if (report_.errors.empty()) report_.config = std::move(config_);
    return std::move(report_);
  }

 private:
  void error(const Entry& entry, std::string message) {
    report_.errors.push_back({entry.line, entry.column, entry.key, std::move(message)});
  }

  void take(const Entry& entry) {
    const Key* key = find_key(entry.key);
    if (!key) {
      if (entry.kind == EntryKind::empty && is_section(entry.key)) return;
      if (is_section(entry.key)) return error(entry, "is a section: write its keys below it, indented");
      return error(entry, fmt::format("no such key; did you mean {}?", nearest_key(entry.key)));
    }
    if (!places_.emplace(entry.key, ConfigError{entry.line, entry.column, entry.key, ""}).second) {
      return error(entry, "is given twice");
    }
    if (entry.kind == EntryKind::empty) {
      if (!key->list) error(entry, fmt::format("has no value; write {}, or leave the line out", key->kind));
      return;
    }
    if (key->list != (entry.kind == EntryKind::list)) {
      return error(entry, key->list ? fmt::format("must be {}: [a, b]", key->kind)
                                    : fmt::format("must be one value: {}", key->kind));
    }
    const auto set = key->set(config_, entry.values);
    if (!set) error(entry, describe(set.error()));
  }

  Config config_;
  ConfigReport report_;
  std::map<std::string, ConfigError> places_;
};

}  // namespace

ConfigReport load_config(const std::string& path) {
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (!std::filesystem::exists(status)) return failed("cannot be read: no such file");
  if (std::filesystem::is_directory(status)) return failed("is a directory: name the file in it");
  if (!std::filesystem::is_regular_file(status)) return failed("is not a regular file");
  const auto size = std::filesystem::file_size(path, error);
  if (!error && size > largest_file) return failed("is larger than 1 MiB: that is no configuration");
  std::ifstream in(path, std::ios::binary);
  if (!in) return failed("cannot be read: check its rights");
  std::string text(std::istreambuf_iterator<char>(in), {});
  return parse_config(text);
}

ConfigReport parse_config(std::string_view text) {
  if (text.size() > largest_file) return failed("is larger than 1 MiB: that is no configuration");
  if (text.find('\0') != std::string_view::npos) return failed("holds a zero byte: it is not text");
  return Reader().read(text);
}

std::string format_errors(const std::string& path, const std::vector<ConfigError>& errors) {
  std::string out;
  for (const ConfigError& error : errors) {
    out += path;
    if (error.line > 0) out += fmt::format(":{}:{}", error.line, error.column);
    out += error.key.empty() ? ": " : fmt::format(": {}: ", error.key);
    out += error.message + "\n";
  }
  return out;
}

std::vector<std::string> keys_needing_restart(const Config& running, const Config& wanted) {
  std::vector<std::string> names;
  for (const Key& key : config_keys()) {
    if (key.restart && key.get(running) != key.get(wanted)) names.emplace_back(key.name);
  }
  return names;
}

}  // namespace morpheus
