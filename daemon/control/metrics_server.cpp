#include "daemon/control/metrics_server.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

#include "daemon/control/connection.hpp"
#include "daemon/runtime/backoff.hpp"

namespace morpheus {
namespace {

using boost::system::error_code;

constexpr std::size_t most_clients = 16;  // the one that has waited longest makes room for the next
constexpr Millis scrape_accept_pause{100};       // when no descriptor is left

ControlLimits narrow_limits() {
  ControlLimits limits;
  limits.header = 8 * 1024;
  limits.body = 0;
  limits.first_byte = Millis{5'000};
  limits.request = Millis{5'000};
  limits.answer = Millis{10'000};
  return limits;
}

Reply plain_reply(unsigned status, const std::string& text) {
  Reply reply;
  reply.status = status;
  reply.body = text + "\n";
  reply.type = "text/plain; charset=utf-8";
  return reply;
}

Reply page_reply(const MetricsPage& page) {
  Reply reply;
  reply.type = metrics_type;
  try {
    reply.body = page.render();
  } catch (const std::exception& error) {
    spdlog::error("/metrics failed: {}", error.what());
    return plain_reply(500, error.what());
  }
  return reply;
}

Reply answer_to(const HttpRequest& request, const MetricsPage& page) {
  const std::string_view target(request.target());
  if (target.substr(0, target.find('?')) != "/metrics") return plain_reply(404, "there is only /metrics here");
  if (request.method() != boost::beast::http::verb::get) return plain_reply(405, "/metrics takes GET");
  return page_reply(page);
}

}  // namespace

MetricsServer::MetricsServer(const asio::any_io_executor& executor, Clock& clock, Record& record, const MetricsPage& page,
                             std::optional<ListenAddress> listen)
    : clock_(clock),
      record_(record),
      page_(page),
      listen_(std::move(listen)),
      limits_(narrow_limits()),
      acceptor_(executor),
      tasks_(executor) {}

Result<> MetricsServer::open() {
  error_code error;
  error_code ignored;
  const asio::ip::tcp::endpoint endpoint(asio::ip::make_address(listen_->host, error), listen_->port);
  if (!error) acceptor_.open(endpoint.protocol(), error);
  if (!error) acceptor_.set_option(asio::socket_base::reuse_address(true), error);
  if (!error) acceptor_.bind(endpoint, error);
  if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
  if (!error) return {};
  acceptor_.close(ignored);
  std::string way_out = "write an address of this machine, or leave metrics.listen empty";
  if (error == asio::error::address_in_use) {
    way_out = fmt::format("write another port; who has this one: ss -ltnp 'sport = :{}'", listen_->port);
  } else if (error == asio::error::access_denied) {
    way_out = "write a port above 1023";
  }
  return Error{ErrorCode::failed, fmt::format("metrics.listen {} port {}: {}", listen_->host, listen_->port, error.message()), way_out};
}

asio::awaitable<void> MetricsServer::run() {
  if (!listen_) co_return;
  co_await listen();
  tasks_.spawn("accept", accept_for_ever());
  co_await tasks_.join();
}

// Each reason is told once, however often it is met.
asio::awaitable<void> MetricsServer::listen() {
  Backoff backoff;
  for (;;) {
    const auto opened = open();
    if (opened) break;
    const bool is_news = !trouble_ || trouble_->message != opened.error().message;
    trouble_ = opened.error();
    const Millis pause = backoff.next();
    const auto told = fmt::format("{}; the next try is in {} s: {}", trouble_->message, pause.count() / 1000, trouble_->hint);
    if (is_news) record_.note_or_log(daemon_event(EventLevel::error, told));
    co_await clock_.sleep_for(pause);
  }
  const auto served = fmt::format("/metrics is served on {} port {} now", listen_->host, listen_->port);
  if (trouble_) record_.note_or_log(daemon_event(EventLevel::info, served));
  trouble_.reset();
}

std::vector<Finding> MetricsServer::findings() const {
  if (!listen_) return {};
  if (trouble_) return {{"metrics", FindingLevel::failed, trouble_->message + "; it is tried again and again", trouble_->hint}};
  return {{"metrics", FindingLevel::ok, fmt::format("/metrics is served on {} port {}", listen_->host, listen_->port), ""}};
}

asio::awaitable<void> MetricsServer::accept_for_ever() {
  for (;;) {
    Socket socket(acceptor_.get_executor());
    error_code error;
    co_await acceptor_.async_accept(socket, asio::redirect_error(asio::use_awaitable, error));
    if (error == asio::error::operation_aborted) throw boost::system::system_error(error);
    if (error) {
      spdlog::warn("a client of /metrics could not be accepted: {}; the next try is in {} ms", error.message(),
                   scrape_accept_pause.count());
      co_await clock_.sleep_for(scrape_accept_pause);
    } else {
      if (clients_.size() >= most_clients) make_room();
      tasks_.spawn("metrics", host(std::move(socket)));
    }
  }
}

void MetricsServer::make_room() {
  const auto keeps = [this](const Connection* client) {
    return std::pair(client->has_asked(), client->waits_since().value_or(clock_.boot()));
  };
  const auto found = std::ranges::min_element(clients_, {}, keeps);
  if (found == clients_.end()) return;
  Connection& client = **found;
  clients_.erase(found);
  client.abandon();
}

// One client's trouble is nobody else's: nothing leaves here.
asio::awaitable<void> MetricsServer::host(Socket socket) {
  Connection connection(std::move(socket), clock_, limits_);
  clients_.push_back(&connection);
  try {
    co_await serve(connection);
  } catch (const std::exception& error) {
    spdlog::debug("a client of /metrics: {}", error.what());
  }
  clients_.remove(&connection);
}

asio::awaitable<void> MetricsServer::serve(Connection& connection) {
  bool again = true;
  while (again) {
    auto received = co_await connection.receive();
    if (received.refusal) co_await connection.dismiss(*received.refusal);
    if (!received.request) co_return;
    const Reply reply = answer_to(*received.request, page_);
    const bool keep_alive = received.request->keep_alive();
    const std::string allow = reply.status == 405 ? "GET" : "";
    const bool sent = co_await connection.send(reply, keep_alive, allow);
    again = sent && keep_alive;
  }
}

}  // namespace morpheus
