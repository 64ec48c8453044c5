#include "daemon/metrics/exposition.hpp"

#include <prometheus/text_serializer.h>

namespace morpheus {

prometheus::ClientMetric& Exposition::add(const char* name, const char* help, prometheus::MetricType type,
                                          const Labels& labels) {
  const auto [place, is_new] = places_.emplace(name, families_.size());
  if (is_new) families_.push_back({name, help, type, {}});
  auto& metric = families_[place->second].metric.emplace_back();
  for (const auto& [label, value] : labels) metric.label.push_back({label, value});
  return metric;
}

void Exposition::gauge(const char* name, const char* help, const std::optional<double>& value, const Labels& labels) {
  if (value) add(name, help, prometheus::MetricType::Gauge, labels).gauge.value = *value;
}

void Exposition::counter(const char* name, const char* help, double value, const Labels& labels) {
  add(name, help, prometheus::MetricType::Counter, labels).counter.value = value;
}

void Exposition::summary(const char* name, const char* help, std::uint64_t count, double sum) {
  auto& metric = add(name, help, prometheus::MetricType::Summary, {});
  metric.summary.sample_count = count;
  metric.summary.sample_sum = sum;
}

std::string Exposition::text() const { return prometheus::TextSerializer().Serialize(families_); }

}  // namespace morpheus
