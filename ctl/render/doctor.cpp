#include "ctl/render/doctor.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace morpheus::ctl {
namespace {

// In columns of one width.
std::string mark(CheckLevel level, const Style& style) {
  switch (level) {
    case CheckLevel::ok:
      return style.green("ok     ");
    case CheckLevel::warning:
      return style.yellow("warning");
    case CheckLevel::failed:
      return style.red("failed ");
  }
  return "";
}

auto count(const DoctorView& view, CheckLevel level) { return std::ranges::count(view.checks, level, &Check::level); }

}  // namespace

std::string render_doctor(const DoctorView& view, const Style& style) {
  std::string text;
  for (const Check& check : view.checks) {
    text += fmt::format("{}  {}: {}\n", mark(check.level, style), check.name, check.message);
    if (check.level != CheckLevel::ok && !check.hint.empty()) text += fmt::format("         {}\n", check.hint);
  }
  return text + fmt::format("\n{} ok, {} to look at, {} failed\n", count(view, CheckLevel::ok), count(view, CheckLevel::warning),
                            count(view, CheckLevel::failed));
}

}  // namespace morpheus::ctl
