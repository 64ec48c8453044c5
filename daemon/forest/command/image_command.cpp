#include "daemon/forest/command/ask_offer.hpp"
#include "daemon/forest/node/intents.hpp"
#include "daemon/forest/node/machine_spec.hpp"
#include "daemon/forest/manager.hpp"

namespace morpheus {

Node ForestManager::next_node(Forest forest) const {
  const auto nodes = context_.store.nodes(forest.id);
  return plan_nodes(forest, nodes, 1, context_.config.jetstream.core_nodes, context_.ids, context_.clock.stamp()).front();
}

asio::awaitable<Result<ImageView>> ForestManager::image(std::string name, std::string node_name, bool with_secrets,
                                                        Caller caller) {
  const auto forest = find(name);
  if (!forest) co_return forest.error();
  auto node = node_name.empty() ? Result<Node>(next_node(*forest)) : find_node(*forest, node_name);
  if (!node) co_return node.error();
  auto spec = make_machine_spec(context_, *forest, *node);
  if (!spec) co_return spec.error();
  if (with_secrets) record_command(caller, forest->name, node_name, "image --show-secrets");
  const auto shown = with_secrets ? *spec : without_secrets(*spec);
  auto text = co_await ask_image(context_, forest->provider, shown, node->machine_type);
  if (!text) co_return text.error();
  ImageView view;
  view.forest = forest->name;
  view.node = node->name;
  view.image = *std::move(text);
  co_return view;
}

}  // namespace morpheus
