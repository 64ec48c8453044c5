#include "ctl/render/plan.hpp"

#include <fmt/format.h>

#include "ctl/render/table.hpp"
#include "ctl/render/words.hpp"

namespace morpheus::ctl {
std::string render_plan(const PlanView& plan) {
  std::vector<std::vector<std::string>> rows{{"ID", "ROLE", "TYPE", "LOCATION"}};
  for (const PlannedNode& node : plan.nodes) {
    rows.push_back({short_name(node.name, plan.forest), std::string(to_string(node.role)), or_dash(node.machine_type),
                    or_dash(node.location)});
  }
  return fmt::format("Would plant {} on {}:\n", plan.forest, plan.provider) + render_table(rows, "  ") +
         render_cost(plan.cost) + render_warnings(plan.warnings);
}

std::string render_cost(const CostView& cost) {
  if (!cost.hourly || !cost.monthly) return "";
  return fmt::format("Cost: {:.4f} {} an hour, {:.2f} {} a month, net\n", *cost.hourly, cost.currency, *cost.monthly,
                     cost.currency);
}

std::string render_warnings(const std::vector<std::string>& warnings) {
  std::string text;
  for (const auto& warning : warnings) text += fmt::format("Warning: {}\n", warning);
  return text;
}

}  // namespace morpheus::ctl
