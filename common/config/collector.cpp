#include "common/config/collector.hpp"

#include <yaml-cpp/mark.h>

#include <utility>

namespace morpheus {
namespace {

constexpr int section_depth = 2;

}  // namespace

std::vector<Entry> Collector::take() {
  if (awaiting_value_ && !entries_.empty()) entries_.pop_back();
  return std::move(entries_);
}

void Collector::OnDocumentStart(const YAML::Mark& mark) {
  if (++documents_ == 1) return;
  error(mark, "a second document begins: remove the \"---\" between them");
  skipping_ = 1;
}

void Collector::OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) {
  check_anchor(mark, anchor);
  value(mark, EntryKind::empty, "");
}

void Collector::OnScalar(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                         const std::string& text) {
  check_anchor(mark, anchor);
  value(mark, EntryKind::scalar, text);
}

void Collector::OnAlias(const YAML::Mark& mark, YAML::anchor_t) {
  if (skipping_ == 0) error(mark, "an alias (*) is not understood: write the value out");
  value(mark, EntryKind::refused, "");
}

void Collector::OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                                YAML::EmitterStyle::value) {
  check_anchor(mark, anchor);
  open(mark, Shape::list);
}

void Collector::OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                           YAML::EmitterStyle::value) {
  check_anchor(mark, anchor);
  open(mark, Shape::map);
}

void Collector::value(const YAML::Mark& mark, EntryKind kind, const std::string& text) {
  if (skipping_ > 0) return;
  if (depth_ == 0) {
    if (kind == EntryKind::scalar)
      error(mark, "is not a map of keys: write \"section:\" and its keys below it, indented");
    return;
  }
  if (in_list_) {
    if (kind != EntryKind::refused) entries_.back().values.push_back({mark.line + 1, mark.column + 1, text});
    return;
  }
  if (!awaiting_value_) {
    add_entry(mark, kind == EntryKind::refused ? EntryKind::refused : EntryKind::empty, text);
    return;
  }
  awaiting_value_ = false;
  Entry& entry = entries_.back();
  if (entry.kind == EntryKind::refused) return;
  entry.kind = kind;
  if (kind == EntryKind::scalar) entry.values.push_back({mark.line + 1, mark.column + 1, text});
}

void Collector::open(const YAML::Mark& mark, Shape shape) {
  if (skipping_ > 0 || in_list_ || (depth_ == 0 && shape == Shape::list)) {
    if (skipping_ == 0)
      error(mark,
            in_list_ ? "an item of a list is one value" : "is a list; write \"section:\" and keys below it");
    ++skipping_;
    return;
  }
  if (depth_ == 0) {
    depth_ = 1;
    return;
  }
  if (!awaiting_value_) {
    error(mark, "a key is one word");
    add_entry(mark, EntryKind::refused, "");
    skipping_key_ = true;
    skipping_ = 1;
    return;
  }
  Entry& entry = entries_.back();
  if (entry.kind != EntryKind::refused && shape == Shape::list) {
    entry.kind = EntryKind::list;
    in_list_ = true;
  } else if (entry.kind != EntryKind::refused && depth_ < section_depth) {
    entry.kind = EntryKind::section;
    section_ = entry.key + ".";
    awaiting_value_ = false;
    ++depth_;
  } else {
    if (entry.kind != EntryKind::refused) entry.kind = EntryKind::nested;
    skipping_ = 1;
  }
}

void Collector::close() {
  if (skipping_ > 0) {
    if (--skipping_ > 0 || in_list_) return;
    if (!std::exchange(skipping_key_, false)) awaiting_value_ = false;
    return;
  }
  if (!std::exchange(in_list_, false)) {
    --depth_;
    section_.clear();
  }
  awaiting_value_ = false;
}

void Collector::add_entry(const YAML::Mark& mark, EntryKind kind, const std::string& name) {
  entries_.push_back({mark.line + 1, mark.column + 1, section_ + name, depth_ == 1, kind, {}});
  awaiting_value_ = true;
}

void Collector::check_anchor(const YAML::Mark& mark, YAML::anchor_t anchor) {
  if (anchor != YAML::NullAnchor && skipping_ == 0) error(mark, "an anchor (&) is not understood: remove it");
}

void Collector::error(const YAML::Mark& mark, std::string message) {
  const bool of_entry = awaiting_value_ && !entries_.empty();
  errors_.push_back(
      {mark.line + 1, mark.column + 1, of_entry ? entries_.back().key : "", std::move(message)});
}

}  // namespace morpheus
