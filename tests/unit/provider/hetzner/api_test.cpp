#include "daemon/provider/hetzner/api/api.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <boost/asio/io_context.hpp>

#include "daemon/provider/hetzner/resource/ssh_key.hpp"
#include "daemon/runtime/system_clock.hpp"
#include "tests/tools/run_on.hpp"
#include "tests/tools/scripted_api.hpp"

namespace morpheus::hetzner {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

constexpr std::chrono::seconds api_limit{20};

// Whoever sleeps on it wakes at once.
class HurriedClock : public SystemClock {
 public:
  asio::awaitable<void> sleep_until(BootTime) override {
    ++sleeps;
    co_return;
  }
  int sleeps = 0;
};

std::string key(int id) { return fmt::format(R"({{"id":{},"name":"k{}","fingerprint":"aa"}})", id, id); }

// A page of SSH keys.
std::string page(const std::string& keys, const std::string& next, const std::string& total) {
  return fmt::format(R"({{"ssh_keys":[{}],"meta":{{"pagination":{{"page":1,"next_page":{},"total_entries":{}}}}}}})", keys, next, total);
}

class ApiTest : public testing::Test {
 protected:
  // Answers the list of SSH keys by these bodies, one after the other; the last for ever.
  void answer(std::vector<std::string> bodies) {
    bodies_ = std::move(bodies);
    api_server_ = std::make_unique<ScriptedApi>(loop_, [this](const std::string&) {
      const auto body = bodies_.front();
      if (bodies_.size() > 1) bodies_.erase(bodies_.begin());
      return ScriptedApi::json(body);
    });
    client_ = std::make_unique<ApiClient>(loop_.get_executor(), *parse_endpoint(api_server_->endpoint()), "token");
    api_ = std::make_unique<Api>(clock_, *client_);
  }

  template <class T>
  T run(asio::awaitable<T> work) {
    return run_on(loop_, std::move(work), api_limit);
  }

  ApiResult<std::vector<SshKey>> keys() { return run(api_->list("ssh_keys", "", read_ssh_key)); }

  HurriedClock clock_;
  asio::io_context loop_;
  std::vector<std::string> bodies_;
  std::unique_ptr<ScriptedApi> api_server_;
  std::unique_ptr<ApiClient> client_;
  std::unique_ptr<Api> api_;
};

TEST_F(ApiTest, EveryPageIsReadUntilThereIsNoNext) {
  answer({page(key(1), "2", "3"), page(key(2), "5", "3"), page(key(3), "null", "3")});
  const auto read = keys();
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_THAT(*read, SizeIs(3));
  EXPECT_THAT(api_server_->requests(), ElementsAre("GET /v1/ssh_keys?page=1&per_page=50", "GET /v1/ssh_keys?page=2&per_page=50",
                                                   "GET /v1/ssh_keys?page=5&per_page=50"));
}

TEST_F(ApiTest, AListWithoutATotalIsBelieved) {
  answer({page(key(1), "null", "null")});
  EXPECT_THAT(*keys(), SizeIs(1));
  answer({R"({"ssh_keys":[],"meta":{"pagination":{}}})"});
  EXPECT_THAT(*keys(), SizeIs(0));
}

TEST_F(ApiTest, WhatIsNoListIsNotAnEmptyOne) {
  for (const char* body : {"", "{}", "null", "[1]", R"({"ssh_keys":[]})", R"({"ssh_keys":null,"meta":{"pagination":{"next_page":null}}})",
                           R"({"ssh_keys":{},"meta":{"pagination":{"next_page":null}}})", R"({"ssh_keys":[1],"meta":{"pagination":{"next_page":null}}})",
                           R"({"ssh_keys":[],"meta":{}})", R"({"ssh_keys":[],"meta":{"pagination":{"next_page":"2"}}})",
                           R"({"keys":[],"meta":{"pagination":{"next_page":null}}})"}) {
    answer({body});
    const auto read = keys();
    ASSERT_FALSE(read) << body;
    EXPECT_EQ(read.error().fault, Fault::ambiguous) << body;
    EXPECT_THAT(read.error().message, HasSubstr("GET /ssh_keys of the cloud's API")) << body;
  }
}

TEST_F(ApiTest, APageWithMoreThanWasAskedForIsAnError) {
  std::string keys;
  for (int id = 1; id <= 51; ++id) keys += (id == 1 ? "" : ",") + key(id);
  answer({page(keys, "null", "51")});
  const auto read = this->keys();
  ASSERT_FALSE(read);
  EXPECT_THAT(read.error().message, HasSubstr("51 entries on a page, where 50 were asked for"));
}

TEST_F(ApiTest, AListThatGoesBackwardsIsAnError) {
  for (const char* next : {"1", "0", "-7"}) {
    answer({page(key(1), next, "null")});
    const auto read = keys();
    ASSERT_FALSE(read) << next;
    EXPECT_THAT(read.error().message, HasSubstr("next_page")) << next;
  }
}

TEST_F(ApiTest, AListThatGoesOnForEverIsGivenUp) {
  int number = 0;
  api_server_ = std::make_unique<ScriptedApi>(loop_, [&](const std::string&) {
    ++number;
    return ScriptedApi::json(page(key(number), std::to_string(number + 1), "null"));
  });
  client_ = std::make_unique<ApiClient>(loop_.get_executor(), *parse_endpoint(api_server_->endpoint()), "token");
  api_ = std::make_unique<Api>(clock_, *client_);
  const auto read = keys();
  ASSERT_FALSE(read);
  EXPECT_THAT(read.error().message, HasSubstr("more than 200 pages"));
  EXPECT_EQ(number, Api::most_pages);
}

TEST_F(ApiTest, AListThatDoesNotAgreeWithItselfIsReadAgain) {
  answer({page(key(1), "null", "2"), page(key(1) + "," + key(1), "null", "2"), page(key(1) + "," + key(2), "null", "2")});
  const auto read = keys();
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_THAT(*read, SizeIs(2));
  EXPECT_EQ(clock_.sleeps, 2);
}

TEST_F(ApiTest, AListThatNeverAgreesIsAnErrorThatSaysWhy) {
  const struct {
    std::string body;
    const char* says;
  } cases[] = {{page(key(1), "null", "2"), "1 entries are listed, and total_entries is 2, 3 times running"},
               {page("", "null", "7"), "0 entries are listed, and total_entries is 7"},
               {page(key(1) + "," + key(1), "null", "null"), "id 1 is listed twice"},
               {page(key(1) + "," + key(2), "null", "1"), "2 entries are listed, and total_entries is 1"}};
  for (const auto& each : cases) {
    answer({each.body});
    const auto read = keys();
    ASSERT_FALSE(read) << each.body;
    EXPECT_EQ(read.error().fault, Fault::ambiguous);
    EXPECT_THAT(read.error().message, AllOf(HasSubstr("GET /ssh_keys of the cloud's API"), HasSubstr(each.says)));
    EXPECT_THAT(api_server_->requests(), SizeIs(Api::most_readings));
  }
}

TEST_F(ApiTest, ARefusalIsShownOnOneLine) {
  const std::string body = R"({"error":{"code":"odd\ncode","message":"no\n<0>kernel: forged \u001b[2J \u202e"}})";
  api_server_ = std::make_unique<ScriptedApi>(loop_, [&](const std::string&) {
    return ScriptedApi::Answer{fmt::format("HTTP/1.1 422 x\r\nX-Correlation-Id: a\xfc-b\r\nContent-Length: {}\r\n\r\n{}", body.size(), body), false};
  });
  client_ = std::make_unique<ApiClient>(loop_.get_executor(), *parse_endpoint(api_server_->endpoint()), "token");
  api_ = std::make_unique<Api>(clock_, *client_);
  const auto read = keys();
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().message, "GET /ssh_keys: no?<0>kernel: forged ?[2J ? (odd?code), correlation id a\uFFFD-b");
}

TEST_F(ApiTest, ARefusalThatRepeatsTheTokenDoesNotShowIt) {
  const std::string secret = "s3cr3tTokenOf64Characters";
  api_server_ = std::make_unique<ScriptedApi>(loop_, [&](const std::string&) {
    return ScriptedApi::json(fmt::format(R"({{"error":{{"code":"{}","message":"Bearer {} and \u00733cr3tTokenOf64Characters"}}}})", secret, secret), 401);
  });
  client_ = std::make_unique<ApiClient>(loop_.get_executor(), *parse_endpoint(api_server_->endpoint()), secret);
  api_ = std::make_unique<Api>(clock_, *client_);
  const auto read = keys();
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().message, "GET /ssh_keys: Bearer TOKEN and TOKEN (TOKEN)");
}

TEST_F(ApiTest, AnErrorThatIsNoneIsItsStatus) {
  for (const char* body : {"", "{}", "[1]", "<html>", R"({"error":7})", R"({"error":{"code":7}})", R"({"error":null})"}) {
    api_server_ = std::make_unique<ScriptedApi>(loop_, [&](const std::string&) { return ScriptedApi::json(body, 423); });
    client_ = std::make_unique<ApiClient>(loop_.get_executor(), *parse_endpoint(api_server_->endpoint()), "token");
    api_ = std::make_unique<Api>(clock_, *client_);
    const auto read = keys();
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().fault, Fault::busy) << body;
    EXPECT_EQ(read.error().message, "GET /ssh_keys: HTTP status 423") << body;
  }
}

}  // namespace
}  // namespace morpheus::hetzner
