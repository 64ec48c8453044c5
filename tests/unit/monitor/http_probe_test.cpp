#include "daemon/monitor/http_probe.hpp"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <csignal>

#include "daemon/runtime/system_clock.hpp"
#include "tests/tools/nats_server.hpp"

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
    asio::co_spawn(loop_, probe_into(probe_, target, wants, report), [&](std::exception_ptr error) { failure = error; });
    loop_.restart();
    loop_.run();
    if (failure) std::rethrow_exception(failure);
    return report;
  }

  Config config_;
  SystemClock clock_;
  asio::io_context loop_;
  HttpProbe probe_{clock_, loop_.get_executor(), config_};
};

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
