#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <prometheus/metric_family.h>

namespace morpheus {

// Metrics on their way into the text format: a family is made by its first value, and what is unknown is left out.
class Exposition {
 public:
  using Labels = std::vector<std::pair<const char*, std::string>>;

  void gauge(const char* name, const char* help, const std::optional<double>& value, const Labels& labels = {});
  void counter(const char* name, const char* help, double value, const Labels& labels = {});
  // A count and the sum of what was counted.
  void summary(const char* name, const char* help, std::uint64_t count, double sum);

  std::string text() const;

 private:
  prometheus::ClientMetric& add(const char* name, const char* help, prometheus::MetricType type, const Labels& labels);

  std::vector<prometheus::MetricFamily> families_;
  std::map<std::string, std::size_t> places_;  // of families, by name
};

}  // namespace morpheus
