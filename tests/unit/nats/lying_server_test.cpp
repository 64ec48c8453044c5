#include <gmock/gmock.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <optional>
#include <stdexcept>

#include "daemon/nats/nats_requests.hpp"
#include "daemon/runtime/ids.hpp"
#include "daemon/runtime/system_clock.hpp"
#include "daemon/secrets/nkey.hpp"
#include "tests/tools/free_address.hpp"
#include "tests/tools/lying_node.hpp"

// Waits in real time: on real sockets simulated time would jump to a limit before the bytes have passed the kernel.

namespace morpheus {
namespace {

using nlohmann::json;
using testing::HasSubstr;

constexpr const char* remove_subject = "$JS.API.SERVER.REMOVE";
constexpr const char* ping_subject = "$SYS.REQ.SERVER.PING.JSZ";

// System requests to a server that lies.
class LyingServerTest : public testing::Test {
 protected:
  LyingServerTest() {
    const Nkey key = make_user_nkey(ids_);
    access_.addresses = {address_};
    access_.voters = 1;
    access_.members = {"n1"};
    access_.key = key.public_key;
    access_.seed = key.seed;
  }

  template <class T>
  Result<T> run(asio::awaitable<Result<T>> work) {
    std::optional<Result<T>> result;
    const BootTime began = clock_.boot();
    loop_.restart();
    asio::co_spawn(loop_, std::move(work), [&](std::exception_ptr error, Result<T> got) {
      if (error) std::rethrow_exception(error);
      result.emplace(std::move(got));
    });
    while (!result && loop_.run_one_for(std::chrono::seconds{20}) > 0) {
    }
    EXPECT_LT(clock_.boot() - began, Millis{9'000});
    if (!result) throw std::runtime_error("the request never ended");
    return *std::move(result);
  }

  // Why the removal failed when it was answered so; the lie must have been told.
  std::string refusal(json lie) {
    lie["name"] = "lie";
    const int before = node_.fired(remove_subject, "lie");
    node_.tell({{remove_subject, json::array({lie})}});
    const auto done = run(requests_.remove_peer(access_, "f-node-3"));
    EXPECT_GT(node_.fired(remove_subject, "lie"), before) << lie;
    return done ? "" : done.error().message;
  }
  std::string no_leader(json lie) {
    lie["name"] = "lie";
    const int before = node_.fired(ping_subject, "lie");
    node_.tell({{ping_subject, json::array({lie})}});
    const auto view = run(requests_.leader_view(access_));
    EXPECT_GT(node_.fired(ping_subject, "lie"), before) << lie;
    return view ? "" : view.error().message;
  }

  SystemClock clock_;
  SystemIds ids_;
  asio::io_context loop_{1};
  std::string address_ = free_address();
  LyingNode node_{address_};
  SystemAccess access_;
  NatsRequests requests_{ids_};
};

TEST_F(LyingServerTest, ItIsAskedAsAServerIs) {
  EXPECT_EQ(refusal({{"json", {{"success", true}}}}), "");
  EXPECT_EQ(refusal({{"json", {{"error", {{"err_code", 10044}}}}}}), "") << "no such peer";
  EXPECT_EQ(no_leader({{"json", {{"server", {{"name", "n1"}}}, {"data", {{"meta_cluster", {{"leader", "n1"}, {"cluster_size", 1}}}}}}}}), "");
}

// The third one ended the daemon: a copy of the answer recursed.
TEST_F(LyingServerTest, AnAnswerThatIsNoneIsAnErrorThatSaysWhy) {
  EXPECT_EQ(refusal({{"text", "OK"}}), "the meta leader's answer: the document is not JSON");
  EXPECT_EQ(refusal({{"text", ""}}), "the meta leader's answer: the document is empty");
  EXPECT_EQ(refusal({{"deep", 300'000}}), "the meta leader's answer: the document is larger than 262144 bytes");
  EXPECT_EQ(refusal({{"deep", 30'000}}), "the meta leader's answer: the document is nested deeper than 32 levels");
  EXPECT_EQ(refusal({{"json", {{"success", "yes"}}}}), "the meta leader's answer: success is text, not true or false");
  EXPECT_EQ(refusal({{"json", {{"error", "no"}}}}), "the meta leader's answer: error is text, not an object");
  EXPECT_EQ(refusal({{"json", {{"error", {{"err_code", "x"}}}}}}), "the meta leader's answer: error.err_code is text, not a whole number");
  EXPECT_EQ(refusal({{"hex", "7b2261223a22fc227d"}}), "the meta leader's answer: the document is not valid UTF-8");
  EXPECT_EQ(refusal({{"json", json::object()}}), "the meta leader neither removed the peer nor said why");
}

TEST_F(LyingServerTest, ItsReasonIsBoundedAndOnOneLine) {
  EXPECT_EQ(refusal({{"json", {{"error", {{"description", "a\n<0>forged \x1b[31m\u202e"}}}}}}), "the meta leader refused: a?<0>forged ?[31m?");
  EXPECT_LT(refusal({{"json", {{"error", {{"description", std::string(100'000, 'x')}}}}}}).size(), 500U);
}

TEST_F(LyingServerTest, NoLeaderIsTakenFromAFalseAnswer) {
  EXPECT_THAT(no_leader({{"deep", 30'000}}), HasSubstr("nested deeper than 32 levels"));
  EXPECT_THAT(no_leader({{"json", {{"server", "n1"}, {"data", json::object()}}}}), HasSubstr("server is text, not an object"));
  EXPECT_THAT(no_leader({{"long", {{"field", "server"}, {"bytes", 900'000}}}}), HasSubstr("larger than 262144 bytes"));
  access_.voters = 3;
  const json view{{"server", {{"name", "n1"}}}, {"data", {{"meta_cluster", {{"leader", "n1"}, {"cluster_size", 1}}}}}};
  EXPECT_EQ(no_leader({{"json", view}}), "") << "of those that answer all name it";
}

TEST_F(LyingServerTest, AnswersThatNeverEndOrComeByteByByteAreBoundedInTime) {
  EXPECT_THAT(no_leader({{"json", {{"server", {{"name", "n1"}}}, {"data", json::object()}}}, {"endless", true}}),
              HasSubstr("no server says that it leads"));
  EXPECT_THAT(no_leader({{"long", {{"field", "a"}, {"bytes", 5'000}}}, {"pace", 0.01}}), HasSubstr("no server says that it leads"));
  EXPECT_THAT(refusal({{"long", {{"field", "a"}, {"bytes", 5'000}}}, {"pace", 0.01}}), HasSubstr(address_ + ":4222: no whole answer within 5 s"));
}

TEST_F(LyingServerTest, ADeepGreetingIsRefused) {
  node_.tell({{"INFO", json::array({{{"name", "deep"}, {"deep", 300'000}}})}});
  const auto view = run(requests_.leader_view(access_));
  EXPECT_FALSE(view);
  EXPECT_GT(node_.fired("INFO", "deep"), 0);
}

// The first address takes requests and never answers them.
TEST_F(LyingServerTest, OneThatNeverAnswersIsNotAskedForEver) {
  const std::string other = free_address();
  LyingNode honest(other);
  const json view{{"server", {{"name", "n1"}}}, {"data", {{"meta_cluster", {{"leader", "n1"}, {"cluster_size", 1}}}}}};
  honest.tell({{ping_subject, json::array({{{"name", "view"}, {"json", view}}})}});
  access_.addresses = {address_, other};
  EXPECT_FALSE(run(requests_.leader_view(access_)));
  EXPECT_TRUE(run(requests_.leader_view(access_)));
  EXPECT_EQ(honest.fired(ping_subject, "view"), 1);
}

}  // namespace
}  // namespace morpheus
