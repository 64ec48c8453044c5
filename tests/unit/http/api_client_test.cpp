#include "daemon/http/api_client.hpp"

#include <gmock/gmock.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/tools/child.hpp"
#include "tests/tools/scripted_api.hpp"
#include "tests/tools/temp_dir.hpp"

// Waits in real time: on real sockets simulated time would jump to a limit before the bytes have passed the kernel.

namespace morpheus {
namespace {

using nlohmann::json;
using testing::HasSubstr;

constexpr std::chrono::seconds limit{20};
constexpr const char* token = "s3cret-t0ken";

// An API in a process of its own, over TLS if it has a certificate.
class ApiClientTest : public testing::Test {
 protected:
  void serve(std::vector<std::string> more = {}) {
    Command command;
    command.arguments = {"/usr/bin/python3", FAKE_HETZNER, "--dir", dir_ / "fake", "--token", token};
    command.arguments.insert(command.arguments.end(), more.begin(), more.end());
    command.out = command.err = dir_ / "log";
    server_.emplace(command);
    ASSERT_TRUE(wait_until([&] { return std::filesystem::exists(dir_ / "fake/port"); }, limit)) << read_text(dir_ / "log");
    std::ifstream(dir_ / "fake/port") >> port_;
  }

  // A certificate for `subject`, signed by itself.
  void certify(const std::string& name, const std::string& subject) {
    const auto made = run_command({"/usr/bin/openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
                                   "/CN=" + name, "-addext", "subjectAltName=" + subject, "-keyout", dir_ / (name + ".key"), "-out",
                                   dir_ / (name + ".pem")});
    ASSERT_EQ(made.status, 0) << made.err;
  }

  // The same again, until yesterday.
  void let_expire(const std::string& name) {
    const auto pem = dir_ / (name + ".pem");
    const auto made = run_command({"/usr/bin/openssl", "x509", "-in", pem, "-signkey", dir_ / (name + ".key"), "-days", "-1", "-out", pem});
    ASSERT_EQ(made.status, 0) << made.err;
  }

  void serve_tls(const std::string& name) { serve({"--tls-cert", dir_ / (name + ".pem"), "--tls-key", dir_ / (name + ".key")}); }

  ApiClient client(bool tls, const std::string& host = "127.0.0.1", const std::string& authorities = "", ApiBounds bounds = {}) {
    return ApiClient(loop_.get_executor(), Endpoint{tls, host, port_, "/v1"}, token, authorities, bounds);
  }

  Result<ApiAnswer> ask(ApiClient& client, ApiRequest request = {"GET", "/servers", ""}) {
    std::optional<Result<ApiAnswer>> result;
    asio::co_spawn(loop_, client.request(std::move(request)), [&](std::exception_ptr error, Result<ApiAnswer> got) {
      if (error) std::rethrow_exception(error);
      result = std::move(got);
    });
    loop_.restart();
    while (!result && loop_.run_one_for(limit) > 0) {
    }
    if (!result) throw std::runtime_error("the client never ended");
    return *std::move(result);
  }

  void fault(const json& description) {
    const auto done = run_command({"/usr/bin/curl", "-sf", "--json", description.dump(), "http://127.0.0.1:" + std::to_string(port_) + "/_fake/faults"});
    ASSERT_EQ(done.status, 0);
  }

  std::size_t requests() const {
    const auto text = read_text(dir_ / "fake/journal.jsonl");
    return static_cast<std::size_t>(std::ranges::count(text, '\n'));
  }

  TempDir dir_;
  std::optional<Child> server_;
  int port_ = 0;
  asio::io_context loop_;
};

TEST_F(ApiClientTest, AsksWithTheTokenAndBringsTheHeaders) {
  serve();
  auto api = client(false);
  const auto answer = ask(api);
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->status, 200U);
  EXPECT_THAT(answer->body, HasSubstr("\"servers\""));
  EXPECT_EQ(answer->correlation_id.size(), 16U);
  EXPECT_EQ(answer->rate_remaining, 3599);
}

TEST_F(ApiClientTest, ACertificateThatIsBelievedIsAccepted) {
  certify("good", "IP:127.0.0.1");
  serve_tls("good");
  auto api = client(true, "127.0.0.1", dir_ / "good.pem");
  const auto first = ask(api);
  ASSERT_TRUE(first) << first.error().message;
  const auto second = ask(api);
  ASSERT_TRUE(second) << second.error().message;
  EXPECT_EQ(second->status, 200U);
}

// OpenSSL's own variable stands for /etc/ssl/certs here.
TEST_F(ApiClientTest, WithoutAFileOfAuthoritiesTheSystemsAreBelieved) {
  certify("good", "IP:127.0.0.1");
  serve_tls("good");
  ::setenv("SSL_CERT_FILE", (dir_ / "good.pem").c_str(), 1);
  auto api = client(true);
  ::unsetenv("SSL_CERT_FILE");
  const auto answer = ask(api);
  EXPECT_TRUE(answer) << answer.error().message;
}

TEST_F(ApiClientTest, ACertificateOfNobodyKnownIsRefused) {
  certify("good", "IP:127.0.0.1");
  serve_tls("good");
  auto api = client(true);
  const auto answer = ask(api);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::unavailable);
  EXPECT_THAT(answer.error().message, HasSubstr("its certificate is not believed: self"));
  EXPECT_EQ(requests(), 0U);
}

TEST_F(ApiClientTest, ACertificateForAnotherNameIsRefused) {
  certify("other", "DNS:example.org");
  serve_tls("other");
  auto api = client(true, "127.0.0.1", dir_ / "other.pem");
  const auto answer = ask(api);
  ASSERT_FALSE(answer);
  EXPECT_THAT(answer.error().message, HasSubstr("its certificate is not believed"));
  EXPECT_EQ(requests(), 0U);
}

TEST_F(ApiClientTest, AnExpiredCertificateIsRefused) {
  certify("old", "IP:127.0.0.1");
  let_expire("old");
  serve_tls("old");
  auto api = client(true, "127.0.0.1", dir_ / "old.pem");
  const auto answer = ask(api);
  ASSERT_FALSE(answer);
  EXPECT_THAT(answer.error().message, HasSubstr("expired"));
}

TEST_F(ApiClientTest, OldTlsIsRefused) {
  certify("good", "IP:127.0.0.1");
  Command command;
  command.arguments = {"/usr/bin/openssl", "s_server", "-accept", "127.0.0.1:0", "-www", "-tls1_1", "-cipher", "DEFAULT:@SECLEVEL=0",
                       "-cert", dir_ / "good.pem", "-key", dir_ / "good.key"};
  command.out = command.err = dir_ / "s_server";
  const Child server(command);
  const auto port = [&] {
    const auto text = read_text(dir_ / "s_server");
    const auto at = text.find("ACCEPT 127.0.0.1:");
    return at == std::string::npos || text.find('\n', at) == std::string::npos ? 0 : std::stoi(text.substr(at + 17));
  };
  ASSERT_TRUE(wait_until([&] { return port() != 0; }, limit)) << read_text(dir_ / "s_server");
  port_ = port();
  auto api = client(true, "127.0.0.1", dir_ / "good.pem");
  const auto answer = ask(api);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::unavailable);
  EXPECT_THAT(answer.error().message, HasSubstr("TLS"));
}

TEST_F(ApiClientTest, NobodyThereIsUnavailable) {
  port_ = 1;
  auto api = client(false);
  const auto answer = ask(api);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::unavailable);
  EXPECT_THAT(answer.error().message, HasSubstr("127.0.0.1:1 cannot be reached"));
}

TEST_F(ApiClientTest, AGetOnAConnectionThatWasClosedIsSentAgainAndAPostIsNot) {
  serve();
  auto api = client(false);
  ASSERT_TRUE(ask(api));
  fault({{"drop", "before"}});
  const auto read = ask(api);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(requests(), 3U);
  fault({{"match", {{"method", "POST"}}}, {"drop", "before"}});
  const auto written = ask(api, {"POST", "/placement_groups", R"({"name": "a", "type": "spread"})"});
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, ErrorCode::ambiguous);
  EXPECT_EQ(requests(), 4U);
}

TEST_F(ApiClientTest, WhatIsNoWholeAnswerIsAmbiguous) {
  serve();
  ApiBounds bounds;
  bounds.whole = Millis{500};
  bounds.body = 64 * 1024;
  auto api = client(false, "127.0.0.1", "", bounds);
  const std::pair<json, const char*> cases[] = {{{{"drop", "answered"}}, "closed before the whole answer came"},
                                                {{{"delay_seconds", 30}}, "no whole answer within 0.5 s"},
                                                {{{"endless", true}}, "no whole answer within 0.5 s"}};
  for (const auto& [effect, says] : cases) {
    fault(effect);
    const auto answer = ask(api, {"POST", "/placement_groups", "{}"});
    ASSERT_FALSE(answer) << effect;
    EXPECT_EQ(answer.error().code, ErrorCode::ambiguous) << effect;
    EXPECT_THAT(answer.error().message, HasSubstr(says)) << effect;
    EXPECT_THAT(describe(answer.error()), testing::Not(HasSubstr(token)));
  }
  const auto after = ask(api);
  EXPECT_TRUE(after) << "a connection on which something went wrong is not used again";
}

TEST_F(ApiClientTest, AnAnswerIsReadUpToItsBoundAlone) {
  serve();
  ApiBounds bounds;
  bounds.body = 1'000;
  auto api = client(false, "127.0.0.1", "", bounds);
  const auto large = ask(api, {"GET", "/server_types", ""});
  ASSERT_FALSE(large);
  EXPECT_EQ(large.error().code, ErrorCode::ambiguous);
  EXPECT_THAT(large.error().message, HasSubstr("an answer larger than 1000 bytes"));
  EXPECT_TRUE(ask(api)) << "a small one is read";
  bounds.header = 60;
  auto narrow = client(false, "127.0.0.1", "", bounds);
  const auto wide = ask(narrow);
  ASSERT_FALSE(wide);
  EXPECT_THAT(wide.error().message, HasSubstr("too large a header"));
}

TEST_F(ApiClientTest, ManyRequestsTakeTurnsOnFewConnections) {
  serve();
  auto api = client(false);
  constexpr int many = 20;
  int answered = 0;
  for (int i = 0; i < many; ++i) {
    asio::co_spawn(loop_, api.request({"GET", "/servers", ""}), [&](std::exception_ptr error, Result<ApiAnswer> got) {
      if (!error && got && got->status == 200) ++answered;
    });
  }
  std::size_t most = 0;
  while (answered < many && loop_.run_one_for(limit) > 0) {
    const auto links = std::filesystem::directory_iterator("/proc/self/fd");
    const auto sockets = std::ranges::count_if(links, [](const auto& each) {
      std::error_code gone;
      return std::filesystem::read_symlink(each.path(), gone).string().starts_with("socket:");
    });
    most = std::max(most, static_cast<std::size_t>(sockets));
  }
  EXPECT_EQ(answered, many);
  EXPECT_LE(most, ApiBounds{}.connections);
  EXPECT_GE(most, 2U) << "they are asked at once";
}

TEST_F(ApiClientTest, ACancelledRequestEndsAndTheNextOneWorks) {
  serve();
  auto api = client(false);
  fault({{"delay_seconds", 30}});
  asio::cancellation_signal cancel;
  bool ended = false;
  asio::co_spawn(loop_, api.request({"GET", "/servers", ""}),
                 asio::bind_cancellation_slot(cancel.slot(), [&](std::exception_ptr error, Result<ApiAnswer>) { ended = error != nullptr; }));
  while (requests() == 0 && loop_.run_one_for(Millis{50}) > 0) {
  }
  cancel.emit(asio::cancellation_type::terminal);
  while (!ended && loop_.run_one_for(limit) > 0) {
  }
  EXPECT_TRUE(ended);
  EXPECT_TRUE(ask(api));
}

// What the other side does with a request, and on which connections.
class ScriptedApiClientTest : public ApiClientTest {
 protected:
  void script(ScriptedApi::Script script) {
    api_.emplace(loop_, std::move(script));
    port_ = api_->port();
  }

  std::optional<ScriptedApi> api_;
};

TEST_F(ScriptedApiClientTest, WhereEachConnectionIsClosedSilentlyEveryRequestGetsThrough) {
  script([](const std::string&) {
    auto answer = ScriptedApi::json("{}");
    answer.close = true;
    return answer;
  });
  auto api = client(false);
  for (const char* method : {"GET", "POST", "GET", "PUT", "POST", "DELETE", "POST", "GET"}) {
    const auto answer = ask(api, {method, "/things", ""});
    ASSERT_TRUE(answer) << method << ": " << answer.error().message;
    EXPECT_EQ(answer->status, 200U);
  }
  EXPECT_EQ(api_->requests().size(), 8U) << "each was answered once";
}

TEST_F(ScriptedApiClientTest, WhatCanBeRepeatedIsSentAgainOnceAndAPostIsNot) {
  for (const char* method : {"GET", "PUT", "DELETE", "POST"}) {
    int drops = 0;
    script([&](const std::string& request) {
      if (!request.ends_with("/dropped")) return ScriptedApi::json("{}");
      ++drops;
      return ScriptedApi::Answer{"", true};
    });
    auto api = client(false);
    ASSERT_TRUE(ask(api)) << "it is kept";
    const auto answer = ask(api, {method, "/dropped", ""});
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, ErrorCode::ambiguous);
    EXPECT_EQ(drops, std::string(method) == "POST" ? 1 : 2) << method;
  }
}

TEST_F(ScriptedApiClientTest, AChunkOrTrailerWithoutAnEndIsCutAtTheBound) {
  for (const std::string begun : {"5;", "0000", "0\r\nX: "}) {
    script([&begun](const std::string&) {
      ScriptedApi::Answer answer;
      answer.bytes = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + begun + std::string(1'000'000, '0');
      return answer;
    });
    auto api = client(false);
    const auto answer = ask(api, {"POST", "/things", "{}"});
    ASSERT_FALSE(answer) << begun;
    EXPECT_THAT(answer.error().message, HasSubstr("too large a header")) << begun;
  }
}

TEST_F(ScriptedApiClientTest, ANegativeNumberOfCallsLeftIsNoNumber) {
  script([](const std::string&) {
    ScriptedApi::Answer answer;
    answer.bytes = "HTTP/1.1 200 OK\r\nRateLimit-Remaining: -2147483648\r\nContent-Length: 2\r\n\r\n{}";
    return answer;
  });
  auto api = client(false);
  const auto answer = ask(api, {"GET", "/things", ""});
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->rate_remaining, std::nullopt);
}

TEST_F(ScriptedApiClientTest, AnAnswerBehindAnnouncementsIsTheAnswer) {
  const std::string whole = ScriptedApi::json("{\"it\": 1}").bytes;
  for (const std::string& before : {std::string("HTTP/1.1 100 Continue\r\n\r\n"), std::string("HTTP/1.1 102 x\r\n\r\nHTTP/1.1 103 x\r\nLink: </a>\r\n\r\n")}) {
    script([&](const std::string&) { return ScriptedApi::Answer{before + whole, false}; });
    auto api = client(false);
    for (int i = 0; i < 3; ++i) {
      const auto answer = ask(api);
      ASSERT_TRUE(answer) << answer.error().message;
      EXPECT_EQ(answer->status, 200U);
      EXPECT_EQ(answer->body, "{\"it\": 1}");
    }
    EXPECT_EQ(api_->connections(), 1) << "it is used again";
  }
}

TEST_F(ScriptedApiClientTest, AnnouncementsWithoutEndOrAnswerAreAmbiguous) {
  std::string many;
  for (int i = 0; i < 100; ++i) many += "HTTP/1.1 100 Continue\r\n\r\n";
  for (const std::string& bytes : {many, std::string("HTTP/1.1 100 Continue\r\n\r\n")}) {
    script([&](const std::string&) { return ScriptedApi::Answer{bytes, true}; });
    auto api = client(false);
    const auto answer = ask(api);
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, ErrorCode::ambiguous) << answer.error().message;
    EXPECT_EQ(api_->requests().size(), 1U) << "something was answered";
  }
}

TEST_F(ScriptedApiClientTest, WhatStandsBehindAnAnswerIsNotTheNextOnes) {
  int number = 0;
  script([&](const std::string&) {
    ++number;
    const std::string forged = number == 1 ? ScriptedApi::json("{\"forged\": 1}").bytes : "";
    return ScriptedApi::Answer{ScriptedApi::json("{\"number\": " + std::to_string(number) + "}").bytes + forged, false};
  });
  auto api = client(false);
  for (const char* body : {"{\"number\": 1}", "{\"number\": 2}", "{\"number\": 3}"}) EXPECT_EQ(ask(api)->body, body);
  EXPECT_EQ(api_->connections(), 2);
}

}  // namespace
}  // namespace morpheus
