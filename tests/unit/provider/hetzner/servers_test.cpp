#include "daemon/provider/hetzner/resource/servers.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <functional>

#include "daemon/runtime/system_clock.hpp"
#include "tests/tools/run_on.hpp"
#include "tests/tools/scripted_api.hpp"
#include "tests/unit/provider/lease/one_of_two.hpp"

namespace morpheus::hetzner {
namespace {

using testing::AllOf;
using testing::HasSubstr;

constexpr std::chrono::seconds patience{20};
constexpr Millis action_limit{240'000};

// Whoever sleeps on it wakes at once, and it is as late as that.
class JumpingClock : public SystemClock {
 public:
  BootTime boot() const override { return SystemClock::boot() + later_; }
  asio::awaitable<void> sleep_until(BootTime deadline) override {
    later_ += std::max(Millis{0}, std::chrono::ceil<Millis>(deadline - boot()));
    co_return;
  }

 private:
  Millis later_{0};
};

std::string server_json(const char* status) {
  return fmt::format(R"({{"id":17,"name":"oak-node-1","status":"{}","public_net":{{}},"server_type":{{"name":"cx23","cores":2,"memory":4}}}})", status);
}

// What the API says of server 17 and of action 5, while these stay as they are.
class ServersTest : public testing::Test {
 protected:
  ServersTest()
      : api_server_(loop_, [this](const std::string& request) { return answer(request); }),
        client_(loop_.get_executor(), *parse_endpoint(api_server_.endpoint()), "token"),
        raw_(clock_, client_),
        fence_(loop_.get_executor(), clock_, board_, lease_),
        api_(raw_, fence_),
        actions_(clock_, raw_),
        servers_(clock_, api_, actions_) {}

  ScriptedApi::Answer answer(const std::string& request) {
    if (request.starts_with("POST") || request.starts_with("DELETE")) {
      return ScriptedApi::json(R"({"server":)" + server_json("initializing") + R"(,"action":{"id":5,"command":"a_command","status":"running"}})", 201);
    }
    if (request.find("/actions") != std::string::npos) {
      return ScriptedApi::json(R"({"actions":[{"id":5,"command":"a_command","status":")" + action_ + R"("}]})");
    }
    if (on_look_) on_look_();
    if (status_.empty()) return ScriptedApi::json(R"({"error":{"code":"not_found","message":"no"}})", 404);
    return ScriptedApi::json(R"({"server":)" + server_json(status_.c_str()) + "}");
  }

  template <class T>
  T run(asio::awaitable<T> work) {
    return run_on(loop_, std::move(work), patience);
  }

  Server known() const {
    Server server;
    server.id = 17;
    server.name = "oak-node-1";
    return server;
  }
  Millis passed() const { return std::chrono::duration_cast<Millis>(clock_.boot() - begun_); }

  JumpingClock clock_;
  BootTime begun_ = clock_.boot();
  std::string action_ = "running";
  std::string status_ = "initializing";  // empty: there is none
  std::function<void()> on_look_;  // at the server
  asio::io_context loop_;
  ScriptedApi api_server_;
  ApiClient client_;
  Api raw_;
  OneOfTwo lease_;
  BoardInHand board_;
  Fence fence_;
  FencedApi api_;
  Actions actions_;
  Servers servers_;
};

TEST_F(ServersTest, AnActionThatNeverEndsIsGivenUpWithWhatItWasFor) {
  const auto made = run(servers_.create(nlohmann::json::object(), action_limit));
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().fault, Fault::ambiguous);
  EXPECT_THAT(made.error().message, AllOf(HasSubstr("oak-node-1: action 5 (a_command) has not ended after 24"), HasSubstr("the server is initializing")));
}

TEST_F(ServersTest, AServerThatVanishesBesideItsActionIsNotWaitedFor) {
  status_ = "";
  const auto made = run(servers_.create(nlohmann::json::object(), action_limit));
  ASSERT_FALSE(made);
  EXPECT_THAT(made.error().message, HasSubstr("oak-node-1 has vanished while it was made"));
  EXPECT_EQ(to_error(made.error()).code, ErrorCode::unavailable) << "it is tried again";
  EXPECT_LT(passed(), action_limit / 4);
}

TEST_F(ServersTest, AServerThatRunsBesideItsActionIsThere) {
  status_ = "running";
  const auto made = run(servers_.create(nlohmann::json::object(), action_limit));
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_LT(passed(), action_limit / 4);
}

TEST_F(ServersTest, ADeletionWhoseActionNeverEndsIsDoneOnceTheServerIsGone) {
  status_ = "";
  EXPECT_TRUE(run(servers_.remove(known(), action_limit)));
  EXPECT_LT(passed(), action_limit / 4);
}

TEST_F(ServersTest, ADeletionIsNotDoneWhileTheServerIsThere) {
  status_ = "deleting";
  EXPECT_FALSE(run(servers_.remove(known(), action_limit)));
  action_ = "success";
  const auto removed = run(servers_.remove(known(), action_limit));
  ASSERT_FALSE(removed) << "the action says so, the server does not";
  EXPECT_THAT(removed.error().message, HasSubstr("oak-node-1 was deleted, and is still there: deleting"));
  EXPECT_EQ(to_error(removed.error()).code, ErrorCode::unavailable);
}

TEST_F(ServersTest, APowerOnThatCameMinutesLaterAsksAnewWhoActs) {
  int looks = 0;
  on_look_ = [&] {
    if (++looks < 8) return;
    status_ = "off";
    board_.posted = Lease{4, "b2"};
  };
  Server server = known();
  server.status = "initializing";
  const auto started = run(servers_.wait_until_running(server, action_limit));
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().fault, Fault::not_acting) << started.error().message;
  EXPECT_GT(passed(), Millis{30'000});
  for (const auto& request : api_server_.requests()) EXPECT_FALSE(request.starts_with("POST")) << request;
}

}  // namespace
}  // namespace morpheus::hetzner
