#include "ctl/render/findings.hpp"

#include <fmt/format.h>

#include "ctl/render/local_time.hpp"

namespace morpheus::ctl {
namespace {

std::string mark_of(FindingLevel level, const Style& style) {
  switch (level) {
    case FindingLevel::ok: return style.green("✓");
    case FindingLevel::warning: return style.yellow("!");
    case FindingLevel::failed: break;
  }
  return style.red("✗");
}

}  // namespace

std::string render_findings(const std::vector<Finding>& findings, const Style& style) {
  std::string text;
  for (const Finding& finding : findings) {
    text += fmt::format("{} {}: {}\n", mark_of(finding.level, style), style.bold(finding.check), local_times(finding.message));
    if (!finding.hint.empty()) text += fmt::format("    {}\n", local_times(finding.hint));
  }
  return text;
}

}  // namespace morpheus::ctl
