#pragma once

#include <yaml-cpp/eventhandler.h>

#include <string>
#include <vector>

#include "common/config/document.hpp"

namespace morpheus {

// Collects entries from yaml-cpp's events. Nothing is built for what is refused, so an alias cannot explode.
class Collector : public YAML::EventHandler {
 public:
  explicit Collector(std::vector<ConfigError>& errors) : errors_(errors) {}

  // The entries so far; one whose value was never reached is left out.
  std::vector<Entry> take();

  void OnDocumentStart(const YAML::Mark& mark) override;
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override;
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& text) override;
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override;
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value style) override;
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value style) override;
  void OnMapEnd() override { close(); }

 private:
  enum class Shape { list, map };
  void value(const YAML::Mark& mark, EntryKind kind, const std::string& text);
  void open(const YAML::Mark& mark, Shape shape);
  void close();
  void add_entry(const YAML::Mark& mark, EntryKind kind, const std::string& name);
  void check_anchor(const YAML::Mark& mark, YAML::anchor_t anchor);
  void error(const YAML::Mark& mark, std::string message);

  std::vector<ConfigError>& errors_;
  std::vector<Entry> entries_;
  std::string section_;  // with its dot; empty at the top
  int documents_ = 0;
  int depth_ = 0;     // open maps that are understood: the top, a section
  int skipping_ = 0;  // open lists and maps that have no place where they stand
  bool awaiting_value_ = false;
  bool skipping_key_ = false;
  bool in_list_ = false;
};

}  // namespace morpheus
