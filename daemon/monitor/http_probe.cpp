#include "daemon/monitor/http_probe.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "common/decode/text.hpp"
#include "daemon/image/node_spec.hpp"
#include "daemon/monitor/parse.hpp"

namespace morpheus {
namespace {

std::string unexpected(const HttpAnswer& answer) {
  if (const auto report = parse_machine_report(answer.status, answer.body)) return std::string(machine_says) + *report;
  if (answer.location.empty()) return fmt::format("answered {} instead of 200", answer.status);
  return fmt::format("answered {} (a redirect to {}) instead of 200", answer.status, clean(answer.location, longest_error));
}

// An error, which begins with `endpoint`, for whatever is not a 200 with the JSON that `parse` wants.
template <class T, class Parse>
Result<T> read(const Result<HttpAnswer>& answer, const std::string& endpoint, Parse parse) {
  if (!answer) return Error{answer.error().code, endpoint + answer.error().message, ""};
  if (answer->status != 200) return Error{ErrorCode::failed, endpoint + unexpected(*answer), ""};
  return parse(answer->body);
}

// An answer that did not come is missing; one that no server gives makes all that this one says unknown.
template <class T>
void take(NodeReport& report, std::optional<T>& place, Result<T> answer) {
  if (answer) {
    place = *std::move(answer);
    return;
  }
  const ErrorCode code = answer.error().code;
  if (code == ErrorCode::unavailable || code == ErrorCode::ambiguous) return;
  NodeReport refused;
  refused.asked = report.asked;
  refused.error = answer.error().message;
  report = std::move(refused);
}

Result<Healthz> read_healthz(const Result<HttpAnswer>& answer) {
  if (!answer) return Error{answer.error().code, "its /healthz: " + answer.error().message, ""};
  return parse_healthz(answer->status, answer->body);
}

}  // namespace

HttpProbe::HttpProbe(Clock& clock, const asio::any_io_executor& executor, const Config& config)
    : clock_(clock), executor_(executor), config_(config) {}

HttpProbe::~HttpProbe() = default;

asio::awaitable<NodeReport> HttpProbe::probe(ProbeTarget target, ProbeWants wants) {
  const auto client = client_for(target);
  NodeReport report;
  report.asked = wants;
  const BootTime end = clock_.boot() + config_.monitor.timeout;
  co_await ask_all(client, target, end, report);
  report.at = clock_.stamp();
  co_return report;
}

asio::awaitable<void> HttpProbe::ask_all(std::shared_ptr<HttpClient> client, ProbeTarget target, BootTime end, NodeReport& report) {
  const auto varz = co_await client->get("/varz", bounds(most_answer_bytes, end));
  auto said = read<Varz>(varz, "", parse_varz);
  if (!said) {
    const bool too_late = !varz && is_over(end);
    report.error = too_late ? fmt::format("no answer within {:g} s", config_.monitor.timeout.count() / 1000.0) : said.error().message;
    co_return;
  }
  report.varz = *std::move(said);
  if (report.asked.healthz && !is_over(end)) {
    const auto healthz = co_await client->get("/healthz?js-server-only=true", bounds(most_answer_bytes, end));
    take(report, report.healthz, read_healthz(healthz));
  }
  if (report.varz && report.asked.routez && !is_over(end)) {
    const auto routez = co_await client->get("/routez", bounds(most_routez_bytes(target.peers), end));
    const auto parse = [&target](std::string_view body) { return parse_routez(body, target.peers); };
    take(report, report.routez, read<Routez>(routez, "its /routez: ", parse));
  }
  if (report.varz && report.asked.jsz && !is_over(end)) {
    const auto jsz = co_await client->get("/jsz", bounds(most_answer_bytes, end));
    take(report, report.jsz, read<Jsz>(jsz, "its /jsz: ", parse_jsz));
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

HttpBounds HttpProbe::bounds(std::size_t body, BootTime end) const {
  HttpBounds bounds;
  bounds.connect = config_.monitor.connect_timeout;
  bounds.whole = std::max(Millis{0}, end - clock_.boot());
  bounds.body = body;
  return bounds;
}

}  // namespace morpheus
