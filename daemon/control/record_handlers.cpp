#include "daemon/control/record_handlers.hpp"

#include <fmt/format.h>

#include <charconv>
#include <limits>

#include "daemon/runtime/timeout.hpp"

namespace morpheus {
namespace {

constexpr int usual_events = 50;
constexpr int most_events = 10'000;

template <class T>
std::string line_of(const T& value) {
  return nlohmann::json(value).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

std::string lines_of(const std::vector<Event>& events) {
  std::string lines;
  for (const Event& event : events) lines += line_of(to_view(event));
  return lines;
}

Result<Operation> find_operation(const ControlServices& services, const Call& call) {
  const std::string& text = call.arguments[0];
  std::int64_t id = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  const bool is_number = error == std::errc() && end == text.data() + text.size();
  auto operation = is_number ? services.store.operation(id) : std::nullopt;
  if (operation) return *std::move(operation);
  return Error{ErrorCode::not_found, fmt::format("no operation {}", text), ""};
}

// Waits for news, or until a sign of life is due. false: the client is gone.
asio::awaitable<bool> wait_for_news(ControlServices& services, std::uint64_t seen, Pieces& pieces) {
  Signal& news = services.journal.news();
  const bool any = co_await finishes_within(services.clock, services.limits.heartbeat, news.wait_past(seen));
  if (any) co_return true;
  co_return co_await pieces.write("\n");
}

std::vector<Event> of_operation(std::vector<Event> events, std::int64_t operation_id) {
  std::erase_if(events, [&](const Event& event) { return event.operation_id != operation_id; });
  return events;
}

}  // namespace

asio::awaitable<Reply> show_version(ControlServices& services, Call) {
  VersionView view;
  view.version = services.version;
  co_return json_reply(view);
}

asio::awaitable<Reply> show_operation(ControlServices& services, Call call) {
  const auto operation = find_operation(services, call);
  if (!operation) co_return error_reply(operation.error());
  co_return json_reply(to_view(*operation));
}

asio::awaitable<Reply> stream_progress(ControlServices& services, Call call, Pieces& pieces) {
  auto operation = find_operation(services, call);
  if (!operation) co_return error_reply(operation.error());
  const std::int64_t id = operation->id;
  std::int64_t last = 0;
  for (;;) {
    const auto seen = services.journal.news().count();
    const auto batch = services.store.events_after(last, operation->forest, services.limits.events_a_batch);
    const auto now = services.store.operation(id);
    if (!batch.empty()) last = batch.back().id;
    const auto lines = lines_of(of_operation(batch, id));
    bool taken = true;
    if (!lines.empty()) taken = co_await pieces.write(lines);
    if (!taken || !now) co_return Reply{};
    if (static_cast<int>(batch.size()) == services.limits.events_a_batch) continue;
    if (now->state != OperationState::running) {
      const nlohmann::json end{{"operation", to_view(*now)}};
      co_await pieces.write(line_of(end));
      co_return Reply{};
    }
    const bool there = co_await wait_for_news(services, seen, pieces);
    if (!there) co_return Reply{};
  }
}

asio::awaitable<Reply> stream_events(ControlServices& services, Call call, Pieces& pieces) {
  const auto limit = query_number(call, "limit", usual_events, 0, most_events);
  if (!limit) co_return error_reply(limit.error());
  const auto after = query_number(call, "after", -1, 0, std::numeric_limits<std::int64_t>::max());
  if (!after) co_return error_reply(after.error());
  const std::string forest = call.query["forest"];
  const bool follow = call.query["follow"] == "true";
  auto batch = *after < 0 ? services.store.last_events(forest, static_cast<int>(*limit))
                          : services.store.events_after(*after, forest, static_cast<int>(*limit));
  std::int64_t last = *after;
  if (*after < 0) {
    const auto newest = services.store.last_events("", 1);
    last = newest.empty() ? 0 : newest.back().id;
  }
  for (;;) {
    if (!batch.empty()) last = std::max(last, batch.back().id);
    const auto lines = lines_of(batch);
    const bool taken = co_await pieces.write(lines);
    if (!taken || !follow) co_return Reply{};
    const auto seen = services.journal.news().count();
    batch = services.store.events_after(last, forest, services.limits.events_a_batch);
    if (!batch.empty()) continue;
    const bool there = co_await wait_for_news(services, seen, pieces);
    if (!there) co_return Reply{};
    batch = services.store.events_after(last, forest, services.limits.events_a_batch);
  }
}

}  // namespace morpheus
