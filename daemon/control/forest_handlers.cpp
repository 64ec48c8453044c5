#include "daemon/control/forest_handlers.hpp"

#include <fmt/format.h>

namespace morpheus {
namespace {

constexpr int longest_history = 1'000;
constexpr int usual_history = 20;
constexpr std::uint64_t largest_count = 1'000'000;

// A field of a request's body; a wrong type is an error that names it. Absent or null: `value` stays.
template <class T>
Result<> read_field(const nlohmann::json& body, const char* name, const char* kind, T& value) {
  const auto found = body.find(name);
  if (found == body.end() || found->is_null()) return {};
  try {
    value = found->get<T>();
    return {};
  } catch (const nlohmann::json::exception&) {
    return Error{ErrorCode::invalid, fmt::format("\"{}\" must be {}", name, kind), "see docs/openapi.yaml"};
  }
}

Result<PlantRequest> plant_request(const Call& call) {
  const auto body = body_object(call);
  if (!body) return body.error();
  PlantRequest request;
  for (const auto& [name, member] :
       {std::pair{"provider", &PlantRequest::provider}, std::pair{"size", &PlantRequest::size},
        std::pair{"name", &PlantRequest::name}}) {
    const auto read = read_field(*body, name, "a text", request.*member);
    if (!read) return read.error();
  }
  const auto dry = read_field(*body, "dry_run", "true or false", request.dry_run);
  if (!dry) return dry.error();
  return request;
}

// The same for a whole number that is not negative.
Result<> read_count(const nlohmann::json& body, const char* name, int& value) {
  const auto found = body.find(name);
  if (found == body.end() || found->is_null()) return {};
  const auto refusal = Error{ErrorCode::invalid,
                             fmt::format("\"{}\" must be a whole number from 0 to {}", name, largest_count),
                             "see docs/openapi.yaml"};
  if (!found->is_number_unsigned() || found->get<std::uint64_t>() > largest_count) return refusal;
  value = found->get<int>();
  return {};
}

Result<GrowRequest> grow_request(const Call& call) {
  const auto body = body_object(call);
  if (!body) return body.error();
  GrowRequest request;
  const auto counted = read_count(*body, "nodes", request.nodes);
  if (!counted) return counted.error();
  const auto chosen = read_field(*body, "automatic", "true or false", request.automatic);
  if (!chosen) return chosen.error();
  const auto dry = read_field(*body, "dry_run", "true or false", request.dry_run);
  if (!dry) return dry.error();
  double threshold = 0;
  const auto limited = read_field(*body, "threshold", "a number", threshold);
  if (!limited) return limited.error();
  const auto given = body->find("threshold");
  if (given != body->end() && !given->is_null()) request.threshold = threshold;
  return request;
}

}  // namespace

asio::awaitable<Reply> list_forests(ControlServices& services, Call) {
  co_return json_reply(services.forests.list());
}

asio::awaitable<Reply> plant_forest(ControlServices& services, Call call) {
  const auto request = plant_request(call);
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
  const auto request = grow_request(call);
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

asio::awaitable<Reply> show_history(ControlServices& services, Call call) {
  const auto limit = query_number(call, "limit", usual_history, 1, longest_history);
  if (!limit) co_return error_reply(limit.error());
  co_return reply_of(services.forests.history(call.arguments[0], static_cast<int>(*limit)));
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
