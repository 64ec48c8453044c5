#include "daemon/control/record_handlers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <charconv>
#include <limits>
#include <optional>

#include "common/model/names.hpp"
#include "common/model/rfc3339.hpp"

namespace morpheus {
namespace {

constexpr int usual_events = 50;
constexpr int most_events = 10'000;
constexpr int usual_operations = 20;
constexpr int most_operations = 1'000;

std::string lines_of(const std::vector<Event>& events) {
  std::string lines;
  for (const Event& event : events) lines += json_text(to_view(event)) + "\n";
  return lines;
}

Result<Operation> find_operation(const ControlServices& services, const Call& call) {
  const std::string& text = call.arguments[0];
  std::int64_t id = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  const bool is_number = error == std::errc() && end == text.data() + text.size();
  auto operation = is_number ? services.record.operation(id) : std::nullopt;
  if (operation) return *std::move(operation);
  return Error{ErrorCode::not_found, fmt::format("no operation #{}", text), "morpheusctl operations shows them"};
}

std::vector<Event> of_operation(std::vector<Event> events, std::int64_t operation_id) {
  std::erase_if(events, [&](const Event& event) { return event.operation_id != operation_id; });
  return events;
}

// A forest that is gone has its record still.
Result<> check_recorded(const ControlServices& services, const std::string& forest) {
  if (forest.empty() || services.record.knows(forest)) return {};
  return Error{ErrorCode::not_found, fmt::format("no forest \"{}\"", forest), "morpheusctl list shows them"};
}

std::string query_text(const Call& call, const std::string& name) {
  const auto found = call.query.find(name);
  return found == call.query.end() ? std::string() : found->second;
}

Result<EventFilter> event_filter(const ControlServices& services, const Call& call) {
  EventFilter wanted;
  wanted.forest = query_text(call, "forest");
  const auto known = check_recorded(services, wanted.forest);
  if (!known) return known.error();
  const auto level = query_text(call, "level");
  const auto least = from_string<EventLevel>(level);
  if (!level.empty() && !least) return Error{ErrorCode::invalid, fmt::format("level={} is not understood", level), "use info, warning or error"};
  wanted.least = least.value_or(EventLevel::info);
  const auto since = query_text(call, "since");
  const auto time = from_rfc3339(since);
  if (!since.empty() && !time) {
    return Error{ErrorCode::invalid, fmt::format("since={} is not understood", since), "use a time as RFC 3339 has it: 2026-11-23T03:12:00Z"};
  }
  wanted.since = time.value_or(WallTime::min());
  return wanted;
}

struct EventsRequest {
  EventFilter wanted;
  std::optional<std::int64_t> after;
  int limit = usual_events;
  bool follow = false;
};

Result<EventsRequest> events_request(const ControlServices& services, const Call& call) {
  EventsRequest request;
  const auto limit = query_number(call, "limit", usual_events, 0, most_events);
  if (!limit) return limit.error();
  request.limit = static_cast<int>(*limit);
  const auto after = query_number(call, "after", -1, 0, std::numeric_limits<std::int64_t>::max());
  if (!after) return after.error();
  if (*after >= 0) request.after = *after;
  const auto follow = query_flag(call, "follow");
  if (!follow) return follow.error();
  request.follow = *follow;
  const auto wanted = event_filter(services, call);
  if (!wanted) return wanted.error();
  request.wanted = *wanted;
  return request;
}

}  // namespace

asio::awaitable<Reply> show_version(ControlServices& services, Call) {
  VersionView view;
  view.version = services.version;
  co_return json_reply(view);
}

asio::awaitable<Reply> show_metrics(ControlServices& services, Call) {
  Reply reply;
  reply.type = metrics_type;
  reply.body = services.metrics.render();
  co_return reply;
}

asio::awaitable<Reply> show_operation(ControlServices& services, Call call) {
  const auto operation = find_operation(services, call);
  if (!operation) co_return error_reply(operation.error());
  co_return json_reply(services.forests.in_full(*operation));
}

asio::awaitable<Reply> resume_operation(ControlServices& services, Call call) {
  const auto operation = find_operation(services, call);
  if (!operation) co_return error_reply(operation.error());
  co_return reply_of(services.forests.resume_operation(operation->id, call.peer.caller), 202);
}

asio::awaitable<Reply> abort_operation(ControlServices& services, Call call) {
  const auto operation = find_operation(services, call);
  if (!operation) co_return error_reply(operation.error());
  co_return reply_of(services.forests.abort_operation(operation->id, call.peer.caller), 202);
}

asio::awaitable<Reply> list_operations(ControlServices& services, Call call) {
  const auto limit = query_number(call, "limit", usual_operations, 1, most_operations);
  if (!limit) co_return error_reply(limit.error());
  const auto forest = query_text(call, "forest");
  const auto known = check_recorded(services, forest);
  if (!known) co_return error_reply(known.error());
  std::vector<OperationView> views;
  for (const Operation& operation : services.record.operations(forest, static_cast<int>(*limit))) views.push_back(to_view(operation));
  co_return json_reply(views);
}

asio::awaitable<Reply> stream_progress(ControlServices& services, Call call, Pieces& pieces) {
  const auto operation = find_operation(services, call);
  if (!operation) co_return error_reply(operation.error());
  const std::int64_t id = operation->id;
  EventFilter wanted;
  wanted.forest = operation->forest;
  std::int64_t last = 0;
  for (;;) {
    const auto seen = services.record.news().count();
    const auto now = services.record.operation(id);
    const auto batch = services.record.events_after(last, wanted, services.limits.events_a_batch, services.limits.piece);
    if (!batch.empty()) last = batch.back().id;
    const bool taken = co_await pieces.write(lines_of(of_operation(batch, id)));
    if (!taken || !now) co_return Reply{};
    if (!batch.empty()) {
      co_await asio::post(asio::use_awaitable);  // a long record is no reason to hold up anybody else
      continue;
    }
    if (now->state != OperationState::running || !now->parked.empty()) {
      const nlohmann::json end{{"operation", to_view(*now)}};
      co_await pieces.write(json_text(end) + "\n");
      co_return Reply{};
    }
    const auto acts = services.record.may_act();
    if (!acts) {  // it goes on only if somebody lets this daemon act
      const Reply stopped = error_reply(acts.error());
      co_await pieces.write(stopped.body);
      co_return Reply{};
    }
    const bool there = co_await pieces.wait(services.record.news(), seen);
    if (!there) co_return Reply{};
  }
}

asio::awaitable<Reply> stream_events(ControlServices& services, Call call, Pieces& pieces) {
  const auto wanted = events_request(services, call);
  if (!wanted) co_return error_reply(wanted.error());
  std::int64_t last =
      wanted->after ? *wanted->after : services.record.before_last_events(wanted->wanted, wanted->limit);
  int left = wanted->limit;  // of those that are there already
  while (left > 0) {
    const auto batch =
        services.record.events_after(last, wanted->wanted, std::min(left, services.limits.events_a_batch), services.limits.piece);
    if (batch.empty()) break;
    last = batch.back().id;
    left -= static_cast<int>(batch.size());
    const bool taken = co_await pieces.write(lines_of(batch));
    if (!taken) co_return Reply{};
  }
  bool there = co_await pieces.write("");
  while (there && wanted->follow) {
    const auto seen = services.record.news().count();
    const auto batch = services.record.events_after(last, wanted->wanted, services.limits.events_a_batch, services.limits.piece);
    if (batch.empty()) {
      there = co_await pieces.wait(services.record.news(), seen);
    } else {
      last = batch.back().id;
      there = co_await pieces.write(lines_of(batch));
    }
  }
  co_return Reply{};
}

}  // namespace morpheus
