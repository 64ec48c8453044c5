#include "daemon/control/forest_handlers.hpp"

#include <limits>
#include <stdexcept>
#include <utility>

#include "common/decode/text.hpp"

namespace morpheus {
namespace {

constexpr int longest_history = 1'000;
constexpr int usual_history = 20;
constexpr std::int64_t largest_count = 1'000'000;

PlantRequest read_plant_request(const JsonObject& body) {
  PlantRequest request;
  request.provider = body.optional_shown("provider", longest_name).value_or("");
  request.size = body.optional_shown("size", longest_name).value_or("");
  request.name = body.optional_shown("name", longest_name).value_or("");
  request.dry_run = body.optional_flag("dry_run").value_or(false);
  return request;
}

GrowRequest read_grow_request(const JsonObject& body) {
  GrowRequest request;
  const auto nodes = body.find("nodes");
  if (nodes) request.nodes = static_cast<int>(nodes->integer(0, largest_count));
  request.automatic = body.optional_flag("automatic").value_or(false);
  request.dry_run = body.optional_flag("dry_run").value_or(false);
  request.threshold = body.optional_number("threshold");
  return request;
}

}  // namespace

asio::awaitable<Reply> list_forests(ControlServices& services, Call) {
  co_return json_reply(services.forests.list());
}

asio::awaitable<Reply> plant_forest(ControlServices& services, Call call) {
  const auto request = decode_body(call, read_plant_request);
  if (!request) co_return error_reply(request.error());
  if (request->dry_run) {
    const auto plan = co_await services.forests.plan(*request);
    co_return reply_of(plan);
  }
  const auto operation = co_await services.forests.plant(*request, call.peer.caller);
  co_return reply_of(operation, 202);
}

asio::awaitable<Reply> show_forest(ControlServices& services, Call call) {
  co_return reply_of(services.forests.status(call.arguments[0]));
}

asio::awaitable<Reply> tear_down_forest(ControlServices& services, Call call) {
  co_return reply_of(services.forests.teardown(call.arguments[0], call.peer.caller), 202);
}

asio::awaitable<Reply> grow_forest(ControlServices& services, Call call) {
  const auto request = decode_body(call, read_grow_request);
  if (!request) co_return error_reply(request.error());
  const auto answer = co_await services.forests.grow(call.arguments[0], *request, call.peer.caller);
  co_return reply_of(answer, answer && answer->operation ? 202 : 200);
}

asio::awaitable<Reply> remove_node(ControlServices& services, Call call) {
  const auto operation =
      co_await services.forests.shrink(call.arguments[0], call.arguments[1], call.peer.caller);
  co_return reply_of(operation, 202);
}

asio::awaitable<Reply> explain_forest(ControlServices& services, Call call) {
  co_return reply_of(services.forests.explain(call.arguments[0]));
}

// Decisions are read as they are taken: in a large forest each has as many findings as there are nodes.
asio::awaitable<Reply> stream_history(ControlServices& services, Call call, Pieces& pieces) {
  const auto limit = query_number(call, "limit", usual_history, 1, longest_history);
  if (!limit) co_return error_reply(limit.error());
  const std::string& forest = call.arguments[0];
  std::string piece = "[";
  bool begun = false;
  std::int64_t before = std::numeric_limits<std::int64_t>::max();
  bool more = true;
  for (std::int64_t i = 0; more && i < *limit; ++i) {
    const auto next = services.forests.history(forest, before, 1);
    if (!next && i == 0) co_return error_reply(next.error());
    if (!next) throw std::runtime_error(next.error().message);  // what is missing at the end must not look like the end
    more = !next->empty();
    if (!more) break;
    before = next->front().id;
    piece += (i == 0 ? "" : ",") + json_text(next->front());
    if (piece.size() < services.limits.piece) continue;
    begun = true;
    const bool taken = co_await pieces.write(std::exchange(piece, ""));
    if (!taken) co_return Reply{};
  }
  Reply whole;
  whole.body = piece + "]\n";
  if (begun) co_await pieces.write(whole.body);
  co_return whole;
}

asio::awaitable<Reply> show_image(ControlServices& services, Call call) {
  const auto secrets = query_flag(call, "secrets");
  if (!secrets) co_return error_reply(secrets.error());
  if (*secrets && call.peer.permission < Permission::act) {
    const Error denied{ErrorCode::denied, "secrets are shown to those who may act", "join the group morpheus, or use sudo"};
    co_return error_reply(denied);
  }
  const auto node = call.query.find("node");
  const std::string name = node == call.query.end() ? "" : node->second;
  const auto image = co_await services.forests.image(call.arguments[0], name, *secrets, call.peer.caller);
  co_return reply_of(image);
}

asio::awaitable<Reply> pause_forest(ControlServices& services, Call call) {
  co_return reply_of(services.forests.pause(call.arguments[0], call.peer.caller));
}

asio::awaitable<Reply> resume_forest(ControlServices& services, Call call) {
  co_return reply_of(services.forests.resume(call.arguments[0], call.peer.caller));
}

}  // namespace morpheus
