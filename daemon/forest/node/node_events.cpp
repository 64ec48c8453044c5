#include "daemon/forest/node/node_events.hpp"

#include <utility>

#include "daemon/forest/node/transition.hpp"

namespace morpheus {

void warn_of(const ForestContext& context, const Node& node, std::string message) {
  Event event;
  event.kind = "node";
  event.level = EventLevel::warning;
  event.forest = forest_of(context, node.forest_id).name;
  event.node = node.name;
  event.operation_id = node.operation_id;
  event.message = std::move(message);
  context.journal.record_or_log(std::move(event));
}

}  // namespace morpheus
