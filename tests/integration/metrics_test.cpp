#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <csignal>
#include <fstream>
#include <list>
#include <map>
#include <vector>

#include "tests/integration/daemon_box.hpp"
#include "tests/tools/free_address.hpp"
#include "tests/tools/http_get.hpp"

namespace morpheus {

namespace asio = boost::asio;

namespace {

constexpr int port = 9099;
using Samples = std::map<std::string, double>;  // by name and labels, as they are written

BoxSettings listening_on(const std::string& address) {
  BoxSettings settings;
  settings.more = fmt::format("metrics:\n  listen: \"{}:{}\"\n", address, port);
  return settings;
}

Samples samples_of(const std::string& page) {
  Samples samples;
  std::istringstream lines(page);
  for (std::string line; std::getline(lines, line);) {
    if (line.empty() || line.front() == '#') continue;
    const auto blank = line.rfind(' ');
    samples[line.substr(0, blank)] = std::stod(line.substr(blank + 1));
  }
  return samples;
}

std::optional<double> value_of(const Samples& samples, const std::string& name) {
  const auto found = samples.find(name);
  if (found == samples.end()) return std::nullopt;
  return found->second;
}

class MetricsPages : public testing::Test {
 protected:
  MetricsPages() : address_(free_address({port})), box_(listening_on(address_)) {}

  std::string page() { return http_get(address_, port, "metrics").value_or(""); }

  // Says `request` and returns what came until the daemon closed.
  std::string say(const std::string& request) {
    asio::io_context loop;
    asio::ip::tcp::socket socket(loop);
    socket.connect({asio::ip::make_address(address_), port});
    boost::system::error_code error;
    asio::write(socket, asio::buffer(request), error);
    std::string answer;
    asio::read(socket, asio::dynamic_buffer(answer), error);
    return answer;
  }

  std::string address_;
  DaemonBox box_;
};

TEST_F(MetricsPages, ConnectionsThatSayNothingKeepNobodyOut) {
  box_.start();
  asio::io_context loop;
  std::list<asio::ip::tcp::socket> held;
  const std::vector<std::string> ways{"", "GET /metr", "GET /metrics HTTP/1.1\r\nHost: x\r\n", "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n"};
  for (std::size_t i = 0; i < 80; ++i) {
    auto& socket = held.emplace_back(loop);
    socket.connect({asio::ip::make_address(address_), port});
    boost::system::error_code error;
    asio::write(socket, asio::buffer(ways[i % ways.size()]), error);
    if (i % 8 != 7) continue;
    EXPECT_FALSE(page().empty()) << "behind " << i + 1;
  }
  for (int i = 0; i < 20; ++i) EXPECT_FALSE(page().empty());
  // The first made room for those that came later.
  std::string rest;
  boost::system::error_code error;
  asio::read(held.front(), asio::dynamic_buffer(rest), error);
  EXPECT_EQ(error, asio::error::eof);
  EXPECT_EQ(rest, "");
}

TEST_F(MetricsPages, SayWhatStatusSaysAndPromtoolFindsNothing) {
  box_.start();
  ASSERT_EQ(box_.ctl({"plant", "local", "medium", "--name", "f"}).status, 0) << box_.log();
  nlohmann::json status;
  std::string text;
  const auto between_two_sweeps = [&] {
    status = box_.ask({"status", "f"});
    text = page();
    const auto after = box_.ask({"status", "f"});
    return status["nodes"] == after["nodes"] && status["cluster"] == after["cluster"];
  };
  ASSERT_TRUE(wait_until(between_two_sweeps, limit));
  const auto samples = samples_of(text);
  ASSERT_EQ(status["nodes"].size(), 3u);
  for (const auto& node : status["nodes"]) {
    const auto labels = fmt::format("{{forest=\"f\",node=\"{}\"}}", node["name"].get<std::string>());
    ASSERT_TRUE(node["cpu_percent"].is_number());
    EXPECT_NEAR(value_of(samples, "morpheus_node_cpu_ratio" + labels).value_or(-1), node["cpu_percent"].get<double>() / 100, 1e-9);
    EXPECT_NEAR(value_of(samples, "morpheus_node_memory_ratio" + labels).value_or(-1), node["memory_percent"].get<double>() / 100,
                1e-9);
    EXPECT_EQ(value_of(samples, "morpheus_node_connections" + labels), node["connections"].get<double>());
    EXPECT_EQ(value_of(samples, "morpheus_node_known" + labels), 1);
  }
  EXPECT_EQ(value_of(samples, "morpheus_forest_nodes{forest=\"f\",state=\"ready\"}"), 3);
  EXPECT_EQ(value_of(samples, "morpheus_forest_nodes{forest=\"f\",state=\"failed\"}"), 0);
  EXPECT_EQ(value_of(samples, "morpheus_forest_state{forest=\"f\",state=\"active\"}"), 1);
  EXPECT_EQ(value_of(samples, "morpheus_forest_nodes_healthy{forest=\"f\"}"), status["cluster"]["healthy"].get<double>());
  EXPECT_EQ(value_of(samples, "morpheus_growth_max_nodes"), status["growth"]["max_nodes"].get<double>());
  EXPECT_EQ(value_of(samples, "morpheus_operations_total{kind=\"plant\",state=\"succeeded\"}"), 1);
  EXPECT_GT(value_of(samples, "morpheus_sweep_duration_seconds_count").value_or(0), 0);
  EXPECT_EQ(text.find("monthly_cost"), std::string::npos) << "what costs nothing has no price, not 0";
  EXPECT_EQ(text.find("api_calls"), std::string::npos) << "no API is configured";
  const auto decided = [&] {
    return value_of(samples_of(page()), "morpheus_decisions_total{trigger=\"loop\",outcome=\"none\"}").value_or(0) > 0;
  };
  EXPECT_TRUE(wait_until(decided, limit)) << page();

  std::ofstream(box_.file("page")) << page();
  const auto checked = run_command({"/bin/sh", "-c", "promtool check metrics < " + box_.file("page")});
  EXPECT_EQ(checked.status, 0) << checked.out << checked.err;
  EXPECT_EQ(checked.out + checked.err, "");
}

TEST_F(MetricsPages, AnUnknownNodeHasNoNumbers) {
  box_.start();
  ASSERT_EQ(box_.ctl({"plant", "local", "small", "--name", "f"}).status, 0) << box_.log();
  const std::string labels = "{forest=\"f\",node=\"f-node-1\"}";
  ASSERT_TRUE(wait_until([&] { return samples_of(page()).contains("morpheus_node_cpu_ratio" + labels); }, limit)) << page();
  const auto pids = box_.server_pids();
  ASSERT_EQ(pids.size(), 1u);
  ::kill(pids.front(), SIGSTOP);
  ASSERT_TRUE(wait_until([&] { return value_of(samples_of(page()), "morpheus_node_known" + labels) == 0; }, limit)) << page();
  const auto samples = samples_of(page());
  for (const char* name : {"cpu_ratio", "memory_ratio", "connections"}) {
    EXPECT_FALSE(samples.contains("morpheus_node_" + std::string(name) + labels)) << name;
  }
  EXPECT_FALSE(samples.contains("morpheus_forest_connections{forest=\"f\"}"));
  EXPECT_EQ(value_of(samples, "morpheus_forest_nodes_healthy{forest=\"f\"}"), 0);
}

TEST_F(MetricsPages, AreOnTheSocketToo) {
  box_.start();
  const auto answer = run_command({"/usr/bin/curl", "-sS", "-i", "--unix-socket", box_.socket(), "http://localhost/metrics"});
  EXPECT_NE(answer.out.find("Content-Type: text/plain; version=0.0.4"), std::string::npos) << answer.out << answer.err;
  EXPECT_NE(answer.out.find("morpheus_build_info{version="), std::string::npos) << answer.out;
}

TEST_F(MetricsPages, AreAllThatTheAddressAnswers) {
  box_.start();
  const std::string end = " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n";
  EXPECT_NE(say("GET /metrics" + end + "\r\n").find("200 OK"), std::string::npos);
  EXPECT_NE(say("GET /v1/forests" + end + "\r\n").find("404 Not Found"), std::string::npos);
  EXPECT_NE(say("POST /metrics" + end + "Content-Length: 0\r\n\r\n").find("405 Method"), std::string::npos);
  EXPECT_NE(say("GET /metrics" + end + "Content-Length: 1\r\n\r\nx").find("413 "), std::string::npos);
  EXPECT_NE(say("GET /metrics" + end + "X: " + std::string(9'000, 'x') + "\r\n\r\n").find("431 "), std::string::npos);
  EXPECT_NE(say("GET /metrics HTTP/1.1\r\nHost").find("408 Request Timeout"), std::string::npos) << "half a request";
}

TEST_F(MetricsPages, AreThereForAClientWhoComesWhileOthersHoldEveryPlaceInSilence) {
  box_.start();
  asio::io_context loop;
  std::vector<asio::ip::tcp::socket> silent;
  for (int i = 0; i < 16; ++i) silent.emplace_back(loop).connect({asio::ip::make_address(address_), port});
  const std::string request = "GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
  EXPECT_THAT(say(request), testing::HasSubstr("200 OK"));
  EXPECT_EQ(box_.ctl({"list"}).status, 0);
  std::string rest;
  boost::system::error_code error;
  asio::read(silent.front(), asio::dynamic_buffer(rest), error);
  EXPECT_EQ(error, asio::error::eof) << "the one that was silent for longest made room";
}

TEST_F(MetricsPages, AnAddressThatIsTakenIsTriedAgainAndKeepsTheDaemonFromNothing) {
  const std::string trouble = "metrics.listen " + address_ + " port 9099: Address already in use";
  {
    asio::io_context loop;
    asio::ip::tcp::acceptor taken(loop, {asio::ip::make_address(address_), port});
    ASSERT_EQ(::fcntl(taken.native_handle(), F_SETFD, FD_CLOEXEC), 0) << "the daemon would inherit it";
    box_.start();
    EXPECT_NE(box_.log().find(trouble), std::string::npos) << box_.log();
    EXPECT_EQ(box_.ctl({"plant", "local", "small", "--name", "f"}).status, 0) << box_.log();
    const auto doctor = box_.ctl({"doctor"});
    EXPECT_EQ(doctor.status, 1);
    EXPECT_NE(doctor.out.find("metrics: " + trouble), std::string::npos) << doctor.out;
    EXPECT_NE(doctor.out.find("ss -ltnp 'sport = :9099'"), std::string::npos) << doctor.out;
    EXPECT_NE(box_.ctl({"events"}).out.find(trouble), std::string::npos);
  }
  EXPECT_TRUE(wait_until([&] { return !page().empty(); }, limit)) << box_.log();
  const auto doctor = box_.ctl({"doctor"});
  EXPECT_EQ(doctor.status, 0) << doctor.out;
  EXPECT_NE(doctor.out.find("/metrics is served on " + address_), std::string::npos) << doctor.out;
  const auto events = box_.ctl({"events"}).out;
  EXPECT_NE(events.find("/metrics is served on " + address_ + " port 9099 now"), std::string::npos) << events;
  EXPECT_EQ(events.find(trouble), events.rfind(trouble)) << "a reason is told once: " << events;
  EXPECT_EQ(box_.terminate(), 0);
}

TEST_F(MetricsPages, AnAddressThatStaysTakenHoldsUpNoStop) {
  asio::io_context loop;
  const asio::ip::tcp::acceptor taken(loop, {asio::ip::make_address(address_), port});
  box_.start();
  EXPECT_EQ(box_.terminate(), 0);
}

TEST_F(MetricsPages, AnAddressThatIsNoneKeepsTheDaemonFromStarting) {
  box_.configure(listening_on("localhost"));
  const auto daemon = run_command({MORPHEUSD, "--config", box_.config_file()});
  EXPECT_EQ(daemon.status, 1);
  EXPECT_NE(daemon.err.find("metrics.listen"), std::string::npos) << daemon.err;
}

}  // namespace
}  // namespace morpheus
