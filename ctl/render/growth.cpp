#include "ctl/render/growth.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "ctl/render/local_time.hpp"
#include "ctl/render/plan.hpp"
#include "ctl/render/words.hpp"

namespace morpheus::ctl {
namespace {

std::string planned_names(const GrowAnswer& answer, const std::string& forest) {
  std::string out;
  for (const PlannedNode& node : answer.nodes) {
    out +=
        fmt::format("{}{}: {}", out.empty() ? "" : ", ", short_name(node.name, forest), to_string(node.role));
  }
  return out.empty() ? out : " (" + out + ")";
}

}  // namespace

std::string render_proposal(const GrowAnswer& answer, const StatusView& status) {
  if (answer.action != "grow") return render_refusal(answer);
  const auto addition =
      fmt::format("Add {}{}\n", node_count(answer.nodes.size()), planned_names(answer, status.forest.name));
  const auto price = render_cost(answer.cost) + render_warnings(answer.warnings);
  if (std::ranges::any_of(status.nodes, &NodeView::hot)) return "Suggestion: " + addition + price;
  const bool all_known =
      std::ranges::none_of(status.nodes, [](const NodeView& node) { return node.unknown.has_value(); });
  return fmt::format("Suggestion: none, {} above its threshold\nAsked for: {}{}",
                     all_known ? "no node is" : "no node that is known is", addition, price);
}

std::string render_refusal(const GrowAnswer& answer) {
  if (answer.decision.outcome == Outcome::none) return fmt::format("Nothing to do: {}\n", local_times(answer.reason));
  std::string out = fmt::format("Not grown: {}\n", local_times(answer.reason));
  for (const Gate& gate : answer.decision.gates) {
    if (gate.verdict != Verdict::block || gate.to_change.empty()) continue;
    out += fmt::format("  to change {}: {}\n", gate.name, local_times(gate.to_change));
  }
  return out;
}

}  // namespace morpheus::ctl
