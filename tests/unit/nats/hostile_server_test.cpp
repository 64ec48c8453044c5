#include <fmt/format.h>
#include <gmock/gmock.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>
#include <fstream>
#include <optional>

#include "daemon/image/nats_conf.hpp"
#include "daemon/nats/connection.hpp"
#include "daemon/nats/nats_requests.hpp"
#include "daemon/runtime/timeout.hpp"
#include "tests/tools/free_address.hpp"
#include "tests/tools/lying_node.hpp"
#include "tests/tools/sanitizer.hpp"
#include "tests/unit/provider/local_cluster.hpp"

// Waits in real time: on real sockets simulated time would jump to a limit before the bytes have passed the kernel.

namespace morpheus {
namespace {

using nlohmann::json;
using testing::AnyOf;
using testing::HasSubstr;

constexpr const char* remove = "$JS.API.SERVER.REMOVE";
constexpr const char* ping = "$SYS.REQ.SERVER.PING.JSZ";
constexpr Millis whole_limit{8'000};    // NatsRequests': three addresses, then the answer
constexpr Millis honest_limit{1'000};   // a server of this computer answers within milliseconds
constexpr Millis stop_limit{1'000};
constexpr std::size_t most_growth = std::size_t{16} << 20;  // of this process: most_bytes, twice while a buffer grows, and a margin

// The most memory that this process has had since forget_peak().
std::size_t peak_bytes() {
  std::ifstream in("/proc/self/status");
  for (std::string word; in >> word;) {
    std::size_t kilobytes = 0;
    if (word == "VmHWM:" && in >> kilobytes) return kilobytes << 10;
  }
  throw std::runtime_error("/proc/self/status has no VmHWM");
}
void forget_peak() { std::ofstream("/proc/self/clear_refs") << "5"; }

template <class T>
struct Outcome {
  std::optional<Result<T>> result;
  Millis took{};
  std::string error() const { return result && !*result ? result->error().message : ""; }
};

// Bytes that the connection took, whatever came of the question.
asio::awaitable<std::size_t> bytes_taken(SystemAccess access, std::string inbox) {
  const auto executor = co_await asio::this_coro::executor;
  NatsConnection connection(executor, access.addresses.front());
  const auto opened = co_await connection.open(access.key, access.seed, NatsRequests::connect_limit);
  const NatsConnection::Seen none = [](std::string_view) { return false; };
  if (opened) co_await connection.ask(ping, inbox, "", none, NatsRequests::view_limit, NatsRequests::max_answers);
  co_return connection.taken();
}

// One forest has a server that wants to do harm; another, of real servers, is asked at the same time.
class HostileServerTest : public testing::Test {
 protected:
  HostileServerTest() {
    hostile_ = access_to({address_}, "n1");
    honest_.plant(1);
    sound_ = access_to({honest_.nodes().front().address}, "f-node-1");
    sound_.members.insert(witness_server_name("f-node-1"));
  }

  void SetUp() override {
    ASSERT_TRUE(eventually([&] {
      asio::io_context loop{1};
      const auto view = morpheus::run(loop, requests_.leader_view(sound_));
      return view.has_value();
    }));
  }

  SystemAccess access_to(const std::vector<std::string>& addresses, const std::string& member) const {
    SystemAccess access;
    access.addresses = addresses;
    access.voters = 1;
    access.members = {member};
    access.key = LocalCluster::secrets().system_key;
    access.seed = LocalCluster::secrets().system_seed;
    return access;
  }

  template <class T>
  void start(asio::io_context& loop, asio::awaitable<Result<T>> work, Outcome<T>& outcome) {
    const BootTime began = clock_.boot();
    asio::co_spawn(loop, std::move(work), [&outcome, began, this](std::exception_ptr error, Result<T> got) {
      if (error) std::rethrow_exception(error);
      outcome.result.emplace(std::move(got));
      outcome.took = clock_.boot() - began;
    });
  }

  // Why the hostile server's request failed. It ends in time and bytes, and the sound forest is served meanwhile.
  template <class T>
  std::string failure_of(asio::awaitable<Result<T>> request) {
    Outcome<T> hostile;
    Outcome<Jsz> sound;
    forget_peak();
    const std::size_t before = peak_bytes();
    asio::io_context loop{1};
    start(loop, std::move(request), hostile);
    start(loop, requests_.leader_view(sound_), sound);
    loop.run_for(2 * whole_limit);  // a request without an end fails the test, and does not hang it
    EXPECT_TRUE(sound.result && *sound.result) << sound.error();
    EXPECT_LT(sound.took, honest_limit);
    EXPECT_LT(hostile.took, whole_limit);
    if (!with_address_sanitizer) {
      EXPECT_LT(peak_bytes() - before, most_growth);
    }
    EXPECT_TRUE(hostile.result && !*hostile.result);
    return hostile.error();
  }

  // The same for both requests, when `endpoint` (INFO or GREETED) has that lie. The error names the server.
  std::string failure(const std::string& endpoint, json lie) {
    lie["name"] = "lie";
    const int before = liar_.fired(endpoint, "lie");
    liar_.tell({{endpoint, json::array({lie})}});
    const auto why = failure_of(requests_.leader_view(hostile_));
    EXPECT_EQ(failure_of(requests_.remove_peer(hostile_, "f-node-3")), why);
    EXPECT_GT(liar_.fired(endpoint, "lie"), before) << lie;
    EXPECT_THAT(why, testing::StartsWith(address_ + ":4222: "));
    return why.substr(std::min(why.size(), address_.size() + std::string_view(":4222: ").size()));
  }

  SystemClock clock_;
  SystemIds ids_;
  LocalCluster honest_;
  std::string address_ = free_address();
  LyingNode liar_{address_};
  NatsRequests requests_{ids_};
  SystemAccess hostile_;
  SystemAccess sound_;
};

TEST_F(HostileServerTest, AnErrorWithoutAnEndIsCutOff) {
  EXPECT_EQ(failure("GREETED", {{"text", "-ERR '"}, {"endless", true}}), "cut off, for a line longer than 64 KiB");
}

TEST_F(HostileServerTest, LinesWithoutAnEndAreCutOff) {
  for (const char* line : {"+OK\r\n", "PING\r\n", "INFO {}\r\n"}) {
    // Which of the two bounds is met first is a matter of speed: 800,000 lines take the sanitizers longer than a second.
    EXPECT_THAT(failure("GREETED", {{"text", line}, {"endless", true}}), AnyOf("cut off after 4 MiB", "no whole answer within 1 s")) << line;
  }
  EXPECT_EQ(failure("GREETED", {{"text", "\r\n"}, {"endless", true}}), "it does not speak NATS's client protocol");
}

TEST_F(HostileServerTest, OneThatRequiresTlsAndIsSilentIsRefused) {
  EXPECT_EQ(failure("INFO", {{"fields", {{"tls_required", true}}}, {"silent", true}}), "it requires TLS, which no node's nats.conf does");
}

TEST_F(HostileServerTest, OneThatIsSilentAfterItsGreetingIsWaitedForASecond) {
  EXPECT_EQ(failure("INFO", {{"silent", true}}), "no whole answer within 1 s");
}

TEST_F(HostileServerTest, AGreetingThatIsNoneSaysWhy) {
  EXPECT_EQ(failure("INFO", {{"fields", {{"nonce", 5}}}}), "its greeting: nonce is a whole number, not text");
  EXPECT_EQ(failure("INFO", {{"fields", {{"nonce", ""}}}}), "it asks for no signature");
  EXPECT_EQ(failure("INFO", {{"fields", {{"nonce", std::string(5'000'000, 'x')}}}}), "cut off, for a line longer than 64 KiB");
}

TEST_F(HostileServerTest, AHugeMessageIsNotTaken) {
  for (const char* subject : {ping, remove}) {
    const auto why = [&](json lie) {
      lie["name"] = "lie";
      const int before = liar_.fired(subject, "lie");
      liar_.tell({{subject, json::array({lie})}});
      const auto said = subject == ping ? failure_of(requests_.leader_view(hostile_)) : failure_of(requests_.remove_peer(hostile_, "f-node-3"));
      EXPECT_GT(liar_.fired(subject, "lie"), before);
      return said;
    };
    EXPECT_EQ(why({{"announce", 2'000'000'000}}), address_ + ":4222: cut off, for it announces a message of 2000000000 bytes");
    EXPECT_EQ(why({{"announce", 4 << 20}}), address_ + ":4222: cut off after 4 MiB");
    EXPECT_EQ(why({{"announce", 2'000'000'000}, {"headers", 1'000'000'000}}), address_ + ":4222: it does not speak NATS's client protocol");
  }
}

TEST_F(HostileServerTest, NoMoreIsTakenThanTheBound) {
  liar_.tell({{ping, json::array({{{"name", "lie"}, {"long", {{"field", "a"}, {"bytes", 5'000}}}, {"endless", true}}})}});
  EXPECT_EQ(failure_of(requests_.leader_view(hostile_)), address_ + ":4222: cut off after 4 MiB");
  EXPECT_EQ(run(bytes_taken(hostile_, ids_.random_hex(16))), NatsConnection::most_bytes);
}

TEST_F(HostileServerTest, SeveralAddressesOfItTakeTheWholeLimitTogetherAtMost) {
  const std::string second = free_address();
  const std::string third = free_address();
  LyingNode another(second);
  LyingNode last(third);
  const json silent{{"INFO", json::array({{{"name", "lie"}, {"silent", true}}})}};
  liar_.tell(silent);
  another.tell(silent);
  hostile_.addresses = {address_, second, third};
  EXPECT_EQ(failure_of(requests_.remove_peer(hostile_, "f-node-3")), third + ":4222: no whole answer within 5 s");
}

TEST_F(HostileServerTest, ACancelledRequestEndsAtOnce) {
  const json silent = json::array({{{"name", "lie"}, {"silent", true}}});
  for (const json& lies : {json{{"INFO", silent}}, json::object()}) {  // it waits for the server's PONG, or for its answer
    liar_.tell(lies);
    const BootTime began = clock_.boot();
    asio::io_context loop{1};
    EXPECT_FALSE(morpheus::run(loop, with_timeout(clock_, Millis{300}, requests_.remove_peer(hostile_, "f-node-3"))));
    EXPECT_LT(clock_.boot() - began, stop_limit);
  }
}

TEST_F(HostileServerTest, DestroyingItDuringARequestDoesNotWait) {
  liar_.tell({{"INFO", json::array({{{"name", "lie"}, {"silent", true}}})}});
  Outcome<void> outcome;
  BootTime began{};
  {
    asio::io_context loop{1};
    NatsRequests requests(ids_);
    start(loop, requests.remove_peer(hostile_, "f-node-3"), outcome);
    while (liar_.fired("INFO", "lie") == 0 && !outcome.result) loop.run_one_for(std::chrono::milliseconds{10});
    ASSERT_FALSE(outcome.result) << outcome.error();
    began = clock_.boot();
  }
  EXPECT_LT(clock_.boot() - began, stop_limit);
}

}  // namespace
}  // namespace morpheus
