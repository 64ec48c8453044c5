#include "daemon/app/remains.hpp"

#include <fmt/format.h>

#include <filesystem>

#include "daemon/runtime/ids.hpp"
#include "daemon/store/bounds.hpp"
#include "daemon/store/lease_record.hpp"
#include "daemon/store/store.hpp"

namespace morpheus {
namespace {

std::string cost_words(const Node& node) {
  return node.monthly_cost ? fmt::format("{:.2f} a month", *node.monthly_cost) : std::string();
}

std::string machine_line(const Forest& forest, const Node& node) {
  auto line = fmt::format("  {:<24} {:<8} {:<10} {:<8} {}", node.name, forest.provider, node.machine_type, node.location,
                          cost_words(node));
  line.erase(line.find_last_not_of(' ') + 1);
  return line + "\n";
}

std::string describe(const Store& store) {
  std::string machines;
  std::string commands;
  double cost = 0;
  for (const Forest& forest : store.forests()) {
    for (const Node& node : store.nodes(forest.id)) {
      if (!costs(node)) continue;
      machines += machine_line(forest, node);
      cost += node.monthly_cost.value_or(0);
    }
    commands += fmt::format("  morpheusctl teardown {}\n", forest.name);
  }
  if (commands.empty()) return {};
  const auto acts = may_act(store);
  if (!acts) {
    return fmt::format("{}{}.\nThe daemon that acts for them now deletes them. If it does, this copy is of no more use: remove its database and state_dir.\n",
                       machines, acts.error().message);
  }
  const auto sum = cost > 0 ? fmt::format("They cost {:.2f} a month. ", cost) : std::string();
  return fmt::format("{}{}To delete them, while morpheusd runs:\n{}", machines, sum, commands);
}

}  // namespace

Result<std::string> describe_remains(const Config& config) {
  std::error_code unreadable;
  const bool there = std::filesystem::exists(config.daemon.database, unreadable);
  if (unreadable) {
    return Error{ErrorCode::failed, fmt::format("cannot look at {}: {}", config.daemon.database, unreadable.message()), ""};
  }
  if (!there) return std::string();
  SystemIds ids;
  const auto store = Store::open(config.daemon.database, ids.random_hex(bounds::installation_id_bytes));
  if (!store) return store.error();
  return describe(**store);
}

}  // namespace morpheus
