#include "daemon/monitor/http_probe.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <csignal>

#include "daemon/runtime/system_clock.hpp"
#include "tests/tools/free_address.hpp"
#include "tests/tools/nats_server.hpp"

// Waits in real time: on real sockets simulated time would jump to a limit before the bytes have passed the kernel.

namespace morpheus {
namespace {

asio::awaitable<void> probe_into(NodeProbe& probe, ProbeTarget target, ProbeWants wants, NodeReport& report) {
  report = co_await probe.probe(target, wants);
}

class HttpProbeTest : public ::testing::Test {
 protected:
  HttpProbeTest() {
    config_.monitor.timeout = Millis{500};
    config_.monitor.connect_timeout = Millis{200};
  }

  NodeReport ask(const std::string& address) {
    ProbeTarget target;
    target.node_id = 1;
    target.address = address;
    ProbeWants wants;
    wants.healthz = wants.routez = wants.jsz = true;
    NodeReport report;
    std::exception_ptr failure;
    bool ended = false;
    asio::co_spawn(loop_, probe_into(probe_, target, wants, report), [&](std::exception_ptr error) {
      failure = error;
      ended = true;
    });
    loop_.restart();
    while (!ended && loop_.run_one_for(std::chrono::seconds{5}) > 0) {
    }
    if (failure) std::rethrow_exception(failure);
    return report;
  }

  Config config_;
  SystemClock clock_;
  asio::io_context loop_;
  HttpProbe probe_{clock_, loop_.get_executor(), config_};
};

// Says the same bytes to whoever connects, at the monitoring port of an address of its own.
class Impostor {
 public:
  Impostor(asio::io_context& loop, std::string answer)
      : address_(free_address()),
        acceptor_(loop, asio::ip::tcp::endpoint(asio::ip::make_address(address_), 8222)),
        answer_(std::move(answer)) {
    accept();
  }
  const std::string& address() const { return address_; }

 private:
  void accept() {
    acceptor_.async_accept([this](const boost::system::error_code& error, asio::ip::tcp::socket socket) {
      if (error) return;
      boost::system::error_code unheard;
      asio::write(socket, asio::buffer(answer_), unheard);
      heard_.push_back(std::move(socket));
      accept();
    });
  }

  std::string address_;
  asio::ip::tcp::acceptor acceptor_;
  std::string answer_;
  std::vector<asio::ip::tcp::socket> heard_;
};

// Answers each request of one connection with `answer`, a while later.
asio::awaitable<void> answer_late(asio::ip::tcp::acceptor& acceptor, Millis delay, std::string answer) {
  auto socket = co_await acceptor.async_accept(asio::use_awaitable);
  asio::steady_timer timer(acceptor.get_executor());
  std::string request;
  for (;;) {
    const auto size = co_await asio::async_read_until(socket, asio::dynamic_buffer(request), "\r\n\r\n", asio::use_awaitable);
    request.erase(0, size);
    timer.expires_after(delay);
    co_await timer.async_wait(asio::use_awaitable);
    co_await asio::async_write(socket, asio::buffer(answer), asio::use_awaitable);
  }
}

std::string whole(const std::string& body, const std::string& header = "") {
  return fmt::format("HTTP/1.1 200 OK\r\n{}Content-Length: {}\r\n\r\n{}", header, body.size(), body);
}

TEST_F(HttpProbeTest, WhatAnImpostorSaysIsUnknownAndWhy) {
  const std::vector<std::pair<std::string, std::string>> cases{
      {whole("\x1f\x8b\x08 compressed", "Content-Encoding: gzip\r\n"), "its /varz: the document is not valid UTF-8"},
      {whole("<html>"), "its /varz: the document is not JSON"},
      {whole("{\"cpu\": 1"), "its /varz: the document is not JSON"},
      {whole(""), "its /varz: the document is empty"},
      {"HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/\r\nContent-Length: 0\r\n\r\n",
       "answered 302 (a redirect to http://169.254.169.254/) instead of 200"},
      {"HTTP/1.1 302 Found\r\nLocation: \xe2\x80\xae\xfc\r\nContent-Length: 0\r\n\r\n",
       "answered 302 (a redirect to ?\xEF\xBF\xBD) instead of 200"},
      {"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", "answered 404 instead of 200"},
      {"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 23\r\n\r\nmorpheus: downloading x",
       "its machine says: downloading x"},
      {"HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n", "an answer larger than 262144 bytes"},
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n", "no answer within 0.5 s"},
      {"", "no answer within 0.5 s"}};
  for (const auto& [answer, why] : cases) {
    Impostor impostor(loop_, answer);
    const auto report = ask(impostor.address());
    EXPECT_EQ(report.error, why);
    EXPECT_FALSE(report.varz);
  }
}

TEST_F(HttpProbeTest, AllQuestionsTogetherEndWithinTheTimeout) {
  config_.monitor.timeout = Millis{2'000};
  const auto address = free_address();
  asio::ip::tcp::acceptor acceptor(loop_, asio::ip::tcp::endpoint(asio::ip::make_address(address), 8222));
  asio::co_spawn(loop_, answer_late(acceptor, Millis{800}, whole("{}")), [](std::exception_ptr) {});
  const BootTime before = clock_.boot();
  const auto report = ask(address);
  EXPECT_LT(clock_.boot() - before, Millis{3'000}) << "each of the four would come in time";
  EXPECT_EQ(report.error, "");
  EXPECT_TRUE(report.varz) << "what came counts";
  EXPECT_FALSE(report.jsz);
}

TEST_F(HttpProbeTest, ARealServerTellsEverything) {
  NatsServer server;
  const auto report = ask(server.address());
  EXPECT_EQ(report.error, "");
  ASSERT_TRUE(report.varz);
  EXPECT_GT(report.varz->mem.value_or(0), 1'000'000);
  EXPECT_EQ(report.varz->version, "2.9.10");
  ASSERT_TRUE(report.healthz);
  EXPECT_TRUE(report.healthz->ok);
  ASSERT_TRUE(report.routez);
  EXPECT_EQ(report.routez->server_id, report.varz->server_id);
  ASSERT_TRUE(report.jsz);
  EXPECT_TRUE(report.jsz->enabled);
  EXPECT_TRUE(ask(server.address()).varz) << "over the kept connection";
}

TEST_F(HttpProbeTest, AHungServerIsUnknownInTimeAndKnownAgainAfterwards) {
  NatsServer server;
  ASSERT_TRUE(ask(server.address()).varz);
  server.process().freeze();
  const BootTime before = clock_.boot();
  const auto hung = ask(server.address());
  EXPECT_LT(clock_.boot() - before, Millis{2'000});
  EXPECT_FALSE(hung.varz);
  EXPECT_NE(hung.error.find("no answer within 0.5 s"), std::string::npos) << hung.error;
  server.process().thaw();
  EXPECT_TRUE(wait_until([&] { return ask(server.address()).varz.has_value(); }, std::chrono::seconds{10}));
}

TEST_F(HttpProbeTest, ADeadServerRefusesAndARestartedOneIsFoundAgain) {
  NatsServer server;
  ASSERT_TRUE(ask(server.address()).varz);
  server.process().kill();
  const auto dead = ask(server.address());
  EXPECT_FALSE(dead.varz);
  EXPECT_NE(dead.error.find("refused"), std::string::npos) << dead.error;
  server.restart();
  EXPECT_TRUE(ask(server.address()).varz);
}

}  // namespace
}  // namespace morpheus
