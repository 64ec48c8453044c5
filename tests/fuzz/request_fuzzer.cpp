#include <fmt/format.h>
#include <fuzzer/FuzzedDataProvider.h>
#include <spdlog/spdlog.h>

#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/connect_pair.hpp>
#include <boost/asio/write.hpp>
#include <cstdint>

#include "daemon/control/session.hpp"
#include "daemon/runtime/system_clock.hpp"
#include "daemon/store/journal.hpp"
#include "tests/fuzz/cpu_limit.hpp"
#include "tests/fuzz/json_maker.hpp"
#include "tests/tools/temp_dir.hpp"
#include "tests/unit/control/fake_forests.hpp"

namespace {

using namespace morpheus;

// What a session is served from, made once.
struct Box {
  Box() : store(Store::open(dir / "morpheus.db", "0123456789abcdef").value()), journal(clock, *store, tally, loop.get_executor()), record(*store, journal) {
    spdlog::set_level(spdlog::level::off);
    ForestSummary oak;
    oak.name = "oak";
    forests.forests.push_back(oak);
  }

  TempDir dir;
  SystemClock clock;
  asio::io_context loop{1};
  std::unique_ptr<Store> store;
  Tally tally;
  Journal journal;
  Record record;
  FakeForests forests;
  ControlLimits limits;
  FakeMetrics metrics;
  Backups backups{clock, *store, dir.path().string(), "1.2.3"};
  ControlServices services{clock, forests, record, "1.2.3", metrics, backups, limits, {}, Refusals(clock, record, limits),
                           Unread(loop.get_executor(), limits)};
};

using Socket = asio::local::stream_protocol::socket;

std::string answers_of(Box& box, std::string_view request) {
  Socket client(box.loop);
  Socket server(box.loop);
  asio::local::connect_pair(client, server);
  Peer root;
  root.permission = Permission::act;
  root.first = true;
  bool ended = false;
  Connection connection(std::move(server), box.clock, box.limits);
  asio::co_spawn(box.loop, serve_client(connection, root, box.services),
                 [&ended, &connection](std::exception_ptr error) {
                   fuzz::expect(!error, "a session ends without an exception");
                   connection.abandon();
                   ended = true;
                 });
  boost::system::error_code gone;
  client.non_blocking(true);
  asio::write(client, asio::buffer(request), gone);
  client.shutdown(Socket::shutdown_send, gone);
  box.loop.restart();
  box.loop.poll();
  std::string answers;
  std::array<char, 65536> buffer;
  for (;;) {
    const auto read = client.read_some(asio::buffer(buffer), gone);
    if (gone) break;
    answers.append(buffer.data(), read);
    box.loop.poll();
  }
  client.close();
  box.loop.restart();
  box.loop.run_for(std::chrono::seconds{5});
  fuzz::expect(ended, "a session ends when its client has gone");
  return answers;
}

constexpr auto fields = std::to_array<std::string_view>({"provider", "size", "name", "nodes", "count", "auto", "yes", "dry_run", "forest", "node", "force",
                                                         "small", "local", "cloud", "oak", "reason", "abort", "resume"});
constexpr std::array<const char*, 10> targets{"/v1/forests", "/v1/forests/oak/grow", "/v1/forests/oak/pause", "/v1/forests/oak/resume", "/v1/takeover",
                                              "/v1/orphans/x/adopt", "/v1/backup/move/x/acknowledgement", "/v1/operations/1",
                                              "/v1/forests/..%2F..%2Fx/grow", "/v1/nothing"};

// A request whose form is sound and whose body is hostile.
std::string request_of(FuzzedDataProvider& input) {
  const std::string method = input.PickValueInArray({"POST", "DELETE", "GET", "PUT"});
  const std::string target = input.PickValueInArray(targets);
  const std::string body = fuzz::make_json(input, fields);
  return fmt::format("{} {} HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n\r\n{}", method, target, body.size(), body);
}

void send(Box& box, std::string_view request) {
  constexpr std::size_t longest = 100'000;  // that fits into the socket's buffer
  if (request.size() > longest) return;
  std::string answers;
  fuzz::within_limit(request.size(), [&] { answers = answers_of(box, request); });
  fuzz::expect(answers.empty() || answers.starts_with("HTTP/1."), "an answer is HTTP");
  box.forests.asked.clear();
}

}  // namespace

// A client of the control socket that sends anything, and goes: whatever is answered is HTTP.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static Box box;
  send(box, {reinterpret_cast<const char*>(data), size});
  FuzzedDataProvider input(data, size);
  send(box, request_of(input));
  return 0;
}
