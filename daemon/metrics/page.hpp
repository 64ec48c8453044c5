#pragma once

#include <string>

namespace morpheus {

// The type of what Prometheus reads.
inline constexpr const char* metrics_type = "text/plain; version=0.0.4; charset=utf-8";

// What GET /metrics answers.
class MetricsPage {
 public:
  virtual ~MetricsPage() = default;
  // Prometheus' text exposition format 0.0.4, as of now. Throws StoreError.
  virtual std::string render() const = 0;
};

}  // namespace morpheus
