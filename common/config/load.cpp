#include "common/config/load.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>

#include "common/config/document.hpp"
#include "common/config/keys.hpp"
#include "common/config/nearest.hpp"

namespace morpheus {
namespace {

constexpr std::size_t largest_file = 1 << 20;
constexpr std::size_t most_errors = 100;

ConfigReport failed(std::string message) {
  ConfigReport report;
  report.errors.push_back({0, 0, "", std::move(message)});
  return report;
}

const Key* find_key(std::string_view name) {
  const auto keys = config_keys();
  const auto found = std::ranges::find(keys, name, &Key::name);
  return found == keys.end() ? nullptr : &*found;
}

bool is_section(std::string_view name) {
  return std::ranges::any_of(config_keys(), [&](const Key& key) {
    return key.name.size() > name.size() && key.name.starts_with(name) && key.name[name.size()] == '.';
  });
}

class Reader {
 public:
  ConfigReport read(std::string_view text) {
    const auto entries = parse_document(text, report_.errors);
    for (std::size_t i = 0; i < entries.size(); ++i) {
      const bool has_keys = i + 1 < entries.size() && !entries[i + 1].top_level;
      take(entries[i], has_keys);
    }
    add_conflicts();
    auto& errors = report_.errors;
    std::ranges::stable_sort(errors, [](const ConfigError& a, const ConfigError& b) {
      return std::pair(a.line, a.column) < std::pair(b.line, b.column);
    });
    if (errors.size() > most_errors) {
      const auto left_out = errors.size() - most_errors;
      errors.resize(most_errors);
      errors.push_back({0, 0, "", fmt::format("and {} more errors", left_out)});
    }
    if (errors.empty()) report_.config = std::move(config_);
    return std::move(report_);
  }

 private:
  struct Place {
    int line = 0;
    int column = 0;
    bool sound = false;
  };

  void error(const Entry& entry, std::string message) {
    report_.errors.push_back({entry.line, entry.column, entry.key, std::move(message)});
  }

  void take(const Entry& entry, bool has_keys) {
    if (entry.kind == EntryKind::refused) return;
    const auto [place, first] = places_.emplace(entry.key, Place{entry.line, entry.column, false});
    if (!first)
      return error(entry, fmt::format("is given twice, first in line {}: remove one", place->second.line));
    const Key* key = find_key(entry.key);
    if (entry.top_level) return take_section(entry, key, has_keys);
    if (!key) return error(entry, "no such key; " + suggest_key(entry.key));
    if (entry.kind == EntryKind::empty) {
      if (!key->list) error(entry, fmt::format("has no value: write {}, or leave the line out", key->kind));
      return;
    }
    if (entry.kind != (key->list ? EntryKind::list : EntryKind::scalar)) {
      return error(entry, key->list ? fmt::format("must be {}: [a, b]", key->kind)
                                    : fmt::format("must be one value: {}", key->kind));
    }
    place->second.sound = take_values(entry, *key);
  }

  // What stands at the top is a section, or was meant to stand in one.
  void take_section(const Entry& entry, const Key* key, bool has_keys) {
    if (key) return error(entry, "write the section on a line of its own and the key below it, indented");
    if (is_section(entry.key)) {
      if (entry.kind != EntryKind::section && entry.kind != EntryKind::empty) {
        error(entry, "is a section: write its keys below it, indented");
      }
      return;
    }
    // Each key of an unknown section is an error of its own, which names the right place.
    if (entry.kind != EntryKind::section || !has_keys) error(entry, "no such key; " + suggest_key(entry.key));
  }

  bool take_values(const Entry& entry, const Key& key) {
    std::vector<std::string> values;
    for (const Scalar& value : entry.values) values.push_back(value.text);
    const auto problems = key.set(config_, values);
    for (const Problem& problem : problems) {
      const Scalar& value = entry.values[problem.item];
      report_.errors.push_back({value.line, value.column, entry.key, problem.message});
    }
    return problems.empty();
  }

  // Between keys that are each sound or left out; a wrong one has been reported.
  void add_conflicts() {
    const auto wrong = [this](std::string_view key) {
      const auto at = places_.find(key);
      return at != places_.end() && !at->second.sound;
    };
    for (const Conflict& conflict : find_conflicts(config_)) {
      if (wrong(conflict.key) || wrong(conflict.other)) continue;
      auto at = places_.find(conflict.key);
      if (at == places_.end()) at = places_.find(conflict.other);
      const Place place = at == places_.end() ? Place{} : at->second;
      report_.errors.push_back({place.line, place.column, std::string(conflict.key), conflict.message});
    }
  }

  Config config_;
  ConfigReport report_;
  std::map<std::string, Place, std::less<>> places_;
};

}  // namespace

ConfigReport load_config(const std::string& path) {
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (status.type() == std::filesystem::file_type::not_found) return failed("cannot be read: no such file");
  if (status.type() == std::filesystem::file_type::none) return failed("cannot be read: " + error.message());
  if (std::filesystem::is_directory(status)) return failed("is a directory: name the file in it");
  if (!std::filesystem::is_regular_file(status)) return failed("is not a regular file");
  const auto size = std::filesystem::file_size(path, error);
  if (!error && size > largest_file) return failed("is larger than 1 MiB: that is no configuration");
  std::ifstream in(path, std::ios::binary);
  if (!in) return failed("cannot be read: check its rights");
  // Bounded whatever the size was said to be: the file may grow meanwhile.
  std::string text(largest_file + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (in.bad()) return failed("cannot be read: the disk or file system reports an error");
  text.resize(static_cast<std::size_t>(in.gcount()));
  return parse_config(text);
}

ConfigReport parse_config(std::string_view text) {
  if (text.size() > largest_file) return failed("is larger than 1 MiB: that is no configuration");
  if (text.find('\0') != std::string_view::npos) return failed("holds a zero byte: it is not text");
  return Reader().read(text);
}

std::string format_error(const std::string& path, const ConfigError& error) {
  const auto place = error.line > 0 ? fmt::format("{}:{}:{}", path, error.line, error.column) : path;
  return fmt::format("{}: {}{}", place, error.key.empty() ? "" : error.key + ": ", error.message);
}

std::string format_errors(const std::string& path, const std::vector<ConfigError>& errors) {
  std::string out;
  for (const ConfigError& error : errors) out += format_error(path, error) + "\n";
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
