#include "daemon/provider/hetzner/fence/fenced_api.hpp"

#include <gmock/gmock.h>

#include <boost/asio/io_context.hpp>
#include <memory>

#include "daemon/provider/hetzner/resource/ssh_key.hpp"
#include "tests/sim/sim_clock.hpp"
#include "tests/tools/run_on.hpp"
#include "tests/tools/scripted_api.hpp"
#include "tests/unit/provider/lease/one_of_two.hpp"

namespace morpheus::hetzner {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::chrono::seconds answer_limit{20};
constexpr const char* one_key = R"({"ssh_key":{"id":1,"name":"k","fingerprint":"aa"}})";
constexpr const char* no_keys = R"({"ssh_keys":[],"meta":{"pagination":{"next_page":null,"total_entries":0}}})";

class FencedApiTest : public testing::Test {
 protected:
  FencedApiTest()
      : server_(loop_, [](const std::string& request) { return ScriptedApi::json(request.starts_with("GET /v1/ssh_keys?") ? no_keys : one_key); }),
        client_(loop_.get_executor(), *parse_endpoint(server_.endpoint()), "token"),
        raw_(clock_, client_),
        fence_(loop_.get_executor(), clock_, board_, lease_),
        api_(raw_, fence_) {}

  template <class T>
  T run(asio::awaitable<T> work) {
    return run_on(loop_, std::move(work), answer_limit);
  }

  // What each call that changes something came to.
  std::vector<Fault> change() {
    std::vector<Fault> faults;
    const nlohmann::json body{{"name", "k"}};
    const auto note = [&](const auto& result) {
      if (!result) faults.push_back(result.error().fault);
    };
    note(run(api_.post("/ssh_keys", body, read_one_ssh_key)));
    note(run(api_.put("/ssh_keys/1", body, read_one_ssh_key)));
    note(run(api_.remove("/ssh_keys/1", read_one_ssh_key)));
    note(run(api_.remove("/ssh_keys/1")));
    return faults;
  }

  SimClock clock_;
  asio::io_context loop_;
  ScriptedApi server_;
  ApiClient client_;
  Api raw_;
  OneOfTwo lease_;
  BoardInHand board_;
  Fence fence_;
  FencedApi api_;
};

TEST_F(FencedApiTest, WhoActsChangesThingsAfterOneLook) {
  board_.posted = Lease{3, "a1"};
  EXPECT_THAT(change(), IsEmpty());
  EXPECT_EQ(board_.reads, 1);
  EXPECT_THAT(server_.requests(), ElementsAre("POST /v1/ssh_keys", "PUT /v1/ssh_keys/1", "DELETE /v1/ssh_keys/1", "DELETE /v1/ssh_keys/1"));
}

TEST_F(FencedApiTest, BesideAnotherDaemonNothingIsAskedForAndReadsAreFree) {
  board_.posted = Lease{4, "b2"};
  EXPECT_THAT(change(), ElementsAre(Fault::not_acting, Fault::not_acting, Fault::not_acting, Fault::not_acting));
  EXPECT_THAT(server_.requests(), IsEmpty());
  EXPECT_EQ(lease_.other, board_.posted);
  EXPECT_TRUE(run(api_.get("/ssh_keys/1", read_one_ssh_key)));
  EXPECT_TRUE(run(api_.list("ssh_keys", "", read_ssh_key)));
}

TEST_F(FencedApiTest, TheFencesOwnWordIsTheError) {
  board_.posted = Lease{4, "b2"};
  const auto refused = run(api_.remove("/ssh_keys/1"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(to_error(refused.error()).code, ErrorCode::superseded);
}

TEST_F(FencedApiTest, ALookCountsNoLongerThanItSays) {
  EXPECT_TRUE(run(api_.remove("/ssh_keys/1")));
  board_.posted = Lease{4, "b2"};
  clock_.pass(Fence::look_counts - Millis{1});
  EXPECT_TRUE(run(api_.remove("/ssh_keys/1"))) << "the look's stated age";
  clock_.pass(Millis{1});
  EXPECT_FALSE(run(api_.remove("/ssh_keys/1")));
  EXPECT_EQ(server_.requests().size(), 2U);
}

}  // namespace
}  // namespace morpheus::hetzner
