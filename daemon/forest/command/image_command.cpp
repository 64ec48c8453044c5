#include "daemon/forest/command/ask_offer.hpp"
#include "daemon/forest/command/commands.hpp"
#include "daemon/forest/command/find.hpp"
#include "daemon/forest/node/intents.hpp"
#include "daemon/forest/node/machine_spec.hpp"

namespace morpheus::command {
namespace {

Node next_node(const ForestContext& context, Forest forest) {
  const auto nodes = context.store.nodes(forest.id);
  return plan_nodes(forest, nodes, 1, context.config.jetstream.core_nodes, context.ids, context.clock.stamp()).front();
}

}  // namespace

asio::awaitable<Result<ImageView>> image(const CommandContext& command, std::string name, std::string node_name, bool with_secrets,
                                                        Caller caller) {
  const ForestContext& context = command.forests;
  const auto forest = find(context, name);
  if (!forest) co_return forest.error();
  auto node = node_name.empty() ? Result<Node>(next_node(context, *forest)) : find_node(context, *forest, node_name);
  if (!node) co_return node.error();
  auto spec = make_machine_spec(context, *forest, *node);
  if (!spec) co_return spec.error();
  if (with_secrets) record_command(context, caller, forest->name, node_name, "image --show-secrets");
  const auto shown = with_secrets ? *spec : without_secrets(*spec);
  auto text = co_await ask_image(context, forest->provider, shown, node->machine_type);
  if (!text) co_return text.error();
  ImageView view;
  view.forest = forest->name;
  view.node = node->name;
  view.image = *std::move(text);
  co_return view;
}

}  // namespace morpheus::command
