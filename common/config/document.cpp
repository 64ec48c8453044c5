#include "common/config/document.hpp"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <sstream>

namespace morpheus {
namespace {

// Collects entries from yaml-cpp's events, so that nothing is built for what is refused (aliases that explode).
class Collector : public YAML::EventHandler {
 public:
  explicit Collector(std::vector<ConfigError>& errors) : errors_(errors) {}

  std::vector<Entry> take() { return std::move(entries_); }
  bool refused() const { return refused_; }

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override { value(mark, anchor, "", true); }
  void OnScalar(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor, const std::string& text) override {
    value(mark, anchor, text, false);
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override { refuse(mark, "aliases are not understood: write the value out"); }

  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    check_anchor(mark, anchor);
    if (in_list_ || !awaiting_value_) return refuse(mark, "a list has no place here");
    in_list_ = true;
    entries_.back().kind = EntryKind::list;
  }
  void OnSequenceEnd() override {
    in_list_ = false;
    awaiting_value_ = false;
  }
  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor, YAML::EmitterStyle::value) override {
    check_anchor(mark, anchor);
    if (in_list_ || depth_ == 2) return refuse(mark, "is nested too deeply: section, key, value");
    if (depth_ == 1) {
      section_ = entries_.back().key + ".";
      entries_.pop_back();
    }
    ++depth_;
    awaiting_value_ = false;
  }
  void OnMapEnd() override {
    --depth_;
    section_.clear();
    awaiting_value_ = false;
  }

 private:
  void value(const YAML::Mark& mark, YAML::anchor_t anchor, const std::string& text, bool null) {
    check_anchor(mark, anchor);
    if (refused_) return;
    if (depth_ == 0) {
      if (!null) refuse(mark, "is not a map of keys: write \"section:\" and keys below it");
      return;
    }
    if (!awaiting_value_) {
      entries_.push_back({mark.line + 1, mark.column + 1, section_ + text, EntryKind::empty, {}});
      awaiting_value_ = true;
      return;
    }
    Entry& entry = entries_.back();
    if (in_list_) {
      entry.values.push_back(text);
      return;
    }
    awaiting_value_ = false;
    if (null) return;
    entry.kind = EntryKind::scalar;
    entry.values = {text};
  }

  void check_anchor(const YAML::Mark& mark, YAML::anchor_t anchor) {
    if (anchor != YAML::NullAnchor) refuse(mark, "anchors are not understood: write the value out");
  }

  // Once the structure is not understood, what follows would only be noise.
  void refuse(const YAML::Mark& mark, std::string message) {
    if (!refused_) errors_.push_back({mark.line + 1, mark.column + 1, "", std::move(message)});
    refused_ = true;
  }

  std::vector<ConfigError>& errors_;
  std::vector<Entry> entries_;
  std::string section_;
  int depth_ = 0;
  bool awaiting_value_ = false;
  bool in_list_ = false;
  bool refused_ = false;
};

bool find_tab(std::string_view text, std::vector<ConfigError>& errors) {
  int line = 1;
  bool indenting = true;
  int column = 0;
  for (const char c : text) {
    ++column;
    if (c == '\n') {
      ++line;
      column = 0;
      indenting = true;
    } else if (c == '\t' && indenting) {
      errors.push_back({line, column, "", "a tab: YAML is indented with spaces"});
      return true;
    } else if (c != ' ') {
      indenting = false;
    }
  }
  return false;
}

}  // namespace

std::vector<Entry> parse_document(std::string_view text, std::vector<ConfigError>& errors) {
  if (find_tab(text, errors)) return {};
  std::istringstream in{std::string(text)};
  Collector collector(errors);
  try {
    YAML::Parser parser(in);
    parser.HandleNextDocument(collector);
    if (!collector.refused() && parser.HandleNextDocument(collector)) {
      errors.push_back({0, 0, "", "holds more than one document: remove the \"---\" between them"});
      return {};
    }
  } catch (const YAML::Exception& error) {
    errors.push_back({error.mark.line + 1, error.mark.column + 1, "", fmt::format("is not YAML: {}", error.msg)});
    return {};
  }
  return collector.refused() ? std::vector<Entry>{} : collector.take();
}

}  // namespace morpheus
