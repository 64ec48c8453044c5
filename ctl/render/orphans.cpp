#include "ctl/render/orphans.hpp"

#include <fmt/format.h>

#include "ctl/render/table.hpp"

namespace morpheus::ctl {
namespace {

std::string or_dash(const std::string& text) { return text.empty() ? "-" : text; }

std::string table_of(const std::vector<OrphanView>& orphans) {
  std::vector<std::vector<std::string>> rows{{"MACHINE", "ID", "FOREST", "TYPE", "LOCATION", "IP", "COST A MONTH"}};
  for (const OrphanView& orphan : orphans) {
    const auto cost = orphan.monthly_cost ? fmt::format("{:.2f}", *orphan.monthly_cost) : "-";
    rows.push_back({orphan.name, orphan.id.empty() ? "(address)" : orphan.id, or_dash(orphan.forest), or_dash(orphan.machine_type),
                    or_dash(orphan.location), or_dash(orphan.address), cost});
  }
  return render_table(rows) + "To go on: morpheusctl adopt MACHINE, or morpheusctl delete-orphan MACHINE\n";
}

}  // namespace

std::string render_orphans(const OrphansView& view) {
  std::string text = view.orphans.empty() ? "No orphans: a stored node stands for every machine\n" : table_of(view.orphans);
  for (const auto& other : view.others) text += fmt::format("Another installation's, left alone: {}\n", other);
  for (const auto& failure : view.failed) text += fmt::format("{} could not be asked: {}\n", failure.provider, failure.error);
  return text;
}

}  // namespace morpheus::ctl
