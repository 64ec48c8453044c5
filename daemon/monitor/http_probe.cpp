#include "daemon/monitor/http_probe.hpp"

#include <fmt/format.h>

#include "daemon/image/node_spec.hpp"
#include "daemon/monitor/parse.hpp"
#include "daemon/runtime/timeout.hpp"

namespace morpheus {
namespace {

std::string unexpected(const HttpAnswer& answer) {
  if (const auto report = parse_machine_report(answer.status, answer.body)) return std::string(machine_says) + *report;
  if (answer.location.empty()) return fmt::format("answered {} instead of 200", answer.status);
  return fmt::format("answered {} (a redirect to {}) instead of 200", answer.status, answer.location);
}

// Unset, with the reason, for whatever is not a 200 with the JSON that `parse` wants.
template <class T>
std::optional<T> read(const Result<HttpAnswer>& answer, Result<T> (*parse)(std::string_view), std::string& why) {
  if (!answer) {
    why = answer.error().message;
    return std::nullopt;
  }
  if (answer->status != 200) {
    why = unexpected(*answer);
    return std::nullopt;
  }
  auto parsed = parse(answer->body);
  if (!parsed) {
    why = parsed.error().message;
    return std::nullopt;
  }
  return *std::move(parsed);
}

}  // namespace

HttpProbe::HttpProbe(Clock& clock, const asio::any_io_executor& executor, const Config& config)
    : clock_(clock), executor_(executor), config_(config) {}

HttpProbe::~HttpProbe() = default;

asio::awaitable<NodeReport> HttpProbe::probe(ProbeTarget target, ProbeWants wants) {
  const auto client = client_for(target);
  NodeReport report;
  const bool in_time = co_await finishes_within(clock_, config_.monitor.timeout, ask_all(client, wants, report));
  if (!in_time) {
    forget(target.node_id);
    if (!report.varz) report.error = fmt::format("no answer within {:g} s", config_.monitor.timeout.count() / 1000.0);
  }
  report.at = clock_.stamp();
  co_return report;
}

asio::awaitable<void> HttpProbe::ask_all(std::shared_ptr<HttpClient> client, ProbeWants wants, NodeReport& report) {
  std::string unused;
  const auto varz = co_await client->get("/varz", bounds());
  report.varz = read(varz, parse_varz, report.error);
  if (!report.varz) co_return;
  if (wants.healthz) {
    const auto healthz = co_await client->get("/healthz?js-server-only=true", bounds());
    if (healthz) report.healthz = parse_healthz(healthz->status, healthz->body);
  }
  if (wants.routez) {
    const auto routez = co_await client->get("/routez", bounds());
    report.routez = read(routez, parse_routez, unused);
  }
  if (wants.jsz) {
    const auto jsz = co_await client->get("/jsz", bounds());
    report.jsz = read(jsz, parse_jsz, unused);
  }
}

void HttpProbe::forget(std::int64_t node_id) { clients_.erase(node_id); }

std::shared_ptr<HttpClient> HttpProbe::client_for(const ProbeTarget& target) {
  auto& client = clients_[target.node_id];
  if (!client || client->address() != target.address) {
    client = std::make_shared<HttpClient>(executor_, target.address, monitor_port);
  }
  return client;
}

HttpBounds HttpProbe::bounds() const {
  HttpBounds bounds;
  bounds.connect = config_.monitor.connect_timeout;
  bounds.whole = config_.monitor.timeout;
  return bounds;
}

}  // namespace morpheus
