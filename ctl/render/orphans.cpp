#include "ctl/render/orphans.hpp"

#include <fmt/format.h>

#include "ctl/render/table.hpp"
#include "ctl/render/words.hpp"

namespace morpheus::ctl {
namespace {

std::string cost_words(const std::optional<double>& monthly) { return monthly ? fmt::format("{:.2f}", *monthly) : "-"; }

std::vector<std::string> cells(const OrphanView& orphan) {
  return {orphan.name,
          orphan.provider,
          or_dash(orphan.forest),
          orphan.id.empty() ? "(address alone)" : orphan.id,
          or_dash(orphan.address),
          or_dash(orphan.machine_type),
          or_dash(orphan.location),
          cost_words(orphan.monthly_cost)};
}

std::string table_of(const std::vector<OrphanView>& orphans) {
  std::vector<std::vector<std::string>> rows{{"NAME", "PROVIDER", "FOREST", "ID", "ADDRESS", "TYPE", "LOCATION", "A MONTH"}};
  for (const OrphanView& orphan : orphans) rows.push_back(cells(orphan));
  return render_table(rows);
}

}  // namespace

std::string render_orphans(const OrphansView& view) {
  std::string text = view.orphans.empty() ? "no orphan\n" : table_of(view.orphans);
  if (!view.orphans.empty()) {
    text += "\nTo make one a node of its forest again: morpheusctl adopt NAME; to delete it: morpheusctl delete-orphan NAME\n";
  }
  for (const ForeignView& other : view.others) {
    text += fmt::format("Of another controller, never touched: {} on {} (controller {})\n", other.name, other.provider,
                        or_dash(other.controller));
  }
  for (const ProviderFailure& failure : view.failed) {
    text += fmt::format("Not known: what {} has: {}\n", failure.provider, failure.error);
  }
  if (view.age_seconds > 0) {
    text += fmt::format("As of {} s ago; morpheusctl orphans --fresh asks the providers anew\n", view.age_seconds);
  }
  return text;
}

std::string render_orphan(const OrphanView& orphan) { return table_of({orphan}); }

}  // namespace morpheus::ctl
