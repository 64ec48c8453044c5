#include <gmock/gmock.h>

#include <boost/system/system_error.hpp>
#include <cstdio>
#include <stdexcept>

#include "tests/unit/control/control_box.hpp"

namespace morpheus {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class Requests : public testing::Test {
 protected:
  Requests() {
    ForestSummary demo;
    demo.name = "demo";
    box_.on_loop([&] { box_.forests.forests = {demo}; });
  }
  nlohmann::json error_of(const Answer& answer) { return answer.json().at("error"); }

  ControlBox box_;
};

TEST_F(Requests, AnswersTheVersion) {
  ControlClient client(box_.socket());
  const auto answer = client.ask("GET", "/v1/version");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.header.at("content-type"), "application/json");
  EXPECT_EQ(answer.json(), nlohmann::json({{"version", "1.2.3"}, {"api", "v1"}}));
}

TEST_F(Requests, CarriesEachCommandToTheForests) {
  ControlClient client(box_.socket());
  OperationView started;
  started.id = 7;
  box_.on_loop([&] { box_.forests.operation = started; });
  const auto planted =
      client.ask("POST", "/v1/forests", R"({"provider": "local", "size": "small", "name": "demo"})");
  EXPECT_EQ(planted.status, 202);
  EXPECT_EQ(planted.json().at("id"), 7);
  EXPECT_EQ(client.ask("DELETE", "/v1/forests/demo/nodes/demo-node-2").status, 202);
  EXPECT_EQ(client.ask("POST", "/v1/forests/demo/pause").json().at("name"), "demo");
  EXPECT_EQ(client.ask("POST", "/v1/forests/demo/resume").status, 200);
  EXPECT_EQ(client.ask("DELETE", "/v1/forests/demo").status, 202);
  box_.on_loop([&] {
    EXPECT_THAT(box_.forests.asked, ElementsAre("plant local small demo", "shrink demo demo-node-2",
                                                "pause demo", "resume demo", "teardown demo"));
    EXPECT_EQ(box_.forests.caller.uid, static_cast<std::int64_t>(::getuid()));
    EXPECT_EQ(box_.forests.caller.pid, ::getpid());
    EXPECT_NE(box_.forests.caller.user, "");
  });
}

TEST_F(Requests, CarriesWhatIsAskedAboutOrphans) {
  ControlClient client(box_.socket());
  box_.on_loop([&] {
    box_.forests.orphans_answer->others.push_back({"theirs", "hetzner", "ff"});
    box_.forests.deletion = Error{ErrorCode::refused, "it is no orphan", "morpheusctl status oak"};
  });
  EXPECT_EQ(client.ask("GET", "/v1/orphans").json().at("others").at(0).at("controller"), "ff");
  EXPECT_EQ(client.ask("POST", "/v1/orphans/oak-node-2/adopt").status, 200);
  const auto refused = client.ask("DELETE", "/v1/orphans/oak-node-2");
  EXPECT_EQ(refused.status, 409);
  EXPECT_EQ(error_of(refused).at("code"), "refused");
  box_.on_loop([&] {
    EXPECT_THAT(box_.forests.asked, ElementsAre("orphans", "adopt oak-node-2", "delete-orphan oak-node-2"));
    EXPECT_EQ(box_.forests.caller.pid, ::getpid());
  });
}

TEST_F(Requests, AnswersWhatTheForestsSay) {
  ControlClient client(box_.socket());
  DecisionView decision;
  decision.reason = "all is well";
  box_.on_loop([&] {
    for (int id = 3; id > 0; --id) {
      decision.id = id;
      box_.forests.decisions.push_back(decision);
    }
  });
  EXPECT_EQ(client.ask("GET", "/v1/forests").json().at(0).at("name"), "demo");
  EXPECT_EQ(client.ask("GET", "/v1/forests/demo").json().at("forest").at("name"), "demo");
  EXPECT_EQ(client.ask("GET", "/v1/forests/demo/explain").json().at("reason"), "all is well");
  EXPECT_EQ(client.ask("GET", "/v1/forests/demo/history?limit=2").json().size(), 2u);
  EXPECT_EQ(client.ask("GET", "/v1/forests/demo/history").json().size(), 3u);
}

TEST_F(Requests, GrowIs202OnlyIfSomethingWasStarted) {
  ControlClient client(box_.socket());
  EXPECT_EQ(client.ask("POST", "/v1/forests/demo/grow").status, 200);
  GrowAnswer started;
  started.operation = OperationView{};
  box_.on_loop([&] { box_.forests.grow_answer = started; });
  const auto answer =
      client.ask("POST", "/v1/forests/demo/grow",
                 R"({"nodes": 3, "automatic": true, "threshold": 12.5, "dry_run": true, "later": [1]})");
  EXPECT_EQ(answer.status, 202);
  box_.on_loop([&] {
    EXPECT_EQ(box_.forests.grow_request.nodes, 3);
    EXPECT_TRUE(box_.forests.grow_request.automatic);
    EXPECT_TRUE(box_.forests.grow_request.dry_run);
    EXPECT_EQ(box_.forests.grow_request.threshold, 12.5);
  });
}

TEST_F(Requests, AnswersAnOperation) {
  const auto id = box_.add_operation(OperationState::running);
  ControlClient client(box_.socket());
  EXPECT_EQ(client.ask("GET", "/v1/operations/" + std::to_string(id)).json().at("state"), "running");
  for (const char* wrong : {"99", "-1", "1x", "x", "99999999999999999999"}) {
    EXPECT_EQ(client.ask("GET", std::string("/v1/operations/") + wrong).status, 404) << wrong;
    EXPECT_EQ(client.ask("GET", std::string("/v1/operations/") + wrong + "/progress").status, 404) << wrong;
  }
}

TEST_F(Requests, ResumesAndAbortsAnOperation) {
  const auto id = box_.add_operation(OperationState::running);
  ControlClient client(box_.socket());
  for (const char* what : {"resume", "abort"}) {
    EXPECT_EQ(client.ask("POST", "/v1/operations/" + std::to_string(id) + "/" + what).status, 202);
    EXPECT_EQ(client.ask("POST", std::string("/v1/operations/99/") + what).status, 404);
    box_.on_loop([&] { EXPECT_EQ(box_.forests.asked.back(), what + std::string(" operation ") + std::to_string(id)); });
  }
}

TEST_F(Requests, EachKindOfFailureHasItsStatus) {
  ControlClient client(box_.socket());
  const std::tuple<ErrorCode, int, std::string> kinds[] = {
      {ErrorCode::invalid, 400, "invalid"},   {ErrorCode::not_found, 404, "not_found"},
      {ErrorCode::conflict, 409, "conflict"}, {ErrorCode::refused, 409, "refused"},
      {ErrorCode::denied, 403, "denied"},     {ErrorCode::unavailable, 503, "unavailable"},
      {ErrorCode::failed, 500, "failed"},     {ErrorCode::ambiguous, 502, "ambiguous"}};
  for (const auto& [code, status, name] : kinds) {
    box_.on_loop([&, code = code] { box_.forests.operation = Error{code, "so it is", "do that"}; });
    const auto answer = client.ask("DELETE", "/v1/forests/demo");
    EXPECT_EQ(answer.status, status) << name;
    EXPECT_EQ(error_of(answer),
              nlohmann::json({{"code", name}, {"message", "so it is"}, {"hint", "do that"}}));
  }
}

TEST_F(Requests, WhatAHandlerThrowsIsAnAnswerAndTheDaemonLives) {
  ControlClient client(box_.socket());
  const std::function<void(const std::string&)> throwing[] = {
      [](const std::string&) { throw std::runtime_error("it broke"); },
      [](const std::string&) { throw StoreError("the disk is full"); },
      [](const std::string&) { throw boost::system::system_error(asio::error::operation_aborted); }};
  for (const auto& before : throwing) {
    box_.on_loop([&] { box_.forests.before = before; });
    for (const char* method : {"GET", "DELETE"}) {
      const auto answer = client.ask(method, "/v1/forests/demo");
      EXPECT_EQ(answer.status, 500);
      EXPECT_NE(error_of(answer).at("message"), "");
    }
    EXPECT_EQ(client.ask("DELETE", "/v1/forests/demo/nodes/x").status, 500);
  }
  box_.on_loop([&] { box_.forests.before = [](const std::string&) {}; });
  EXPECT_EQ(client.ask("GET", "/v1/forests").status, 200);
}

TEST_F(Requests, UnknownPathNamesTheKnownOnes) {
  ControlClient client(box_.socket());
  const auto answer = client.ask("GET", "/v1/forrests");
  EXPECT_EQ(answer.status, 404);
  EXPECT_THAT(error_of(answer).at("hint").get<std::string>(), HasSubstr("/v1/forests/{}/grow"));
}

TEST_F(Requests, WrongMethodIsToldTheAllowedOnes) {
  ControlClient client(box_.socket());
  const auto answer = client.ask("PATCH", "/v1/forests");
  EXPECT_EQ(answer.status, 405);
  EXPECT_EQ(answer.header.at("allow"), "GET, POST");
}

TEST_F(Requests, WrongBodiesAreRefusedAndSayWhatIsWrong) {
  ControlClient client(box_.socket());
  const std::string deep = R"({"x":)" + std::string(20, '[') + std::string(20, ']') + "}";
  const std::tuple<std::string, std::string, std::string> bodies[] = {
      {"/v1/forests", "{", "not JSON"},
      {"/v1/forests", "nonsense", "not JSON"},
      {"/v1/forests", "[]", "not an object"},
      {"/v1/forests", "\"\xff\"", "not valid UTF-8"},
      {"/v1/forests", deep, "deeper than 16"},
      {"/v1/forests", std::string(30'000, '[') + std::string(30'000, ']'), "deeper than 16"},
      {"/v1/forests", std::string(60'000, '['), "not JSON"},
      {"/v1/forests", R"({"size": 1e999})", "too large"},
      {"/v1/forests", R"({"size": 3})", "body: size is"},
      {"/v1/forests", R"({"provider": ["local"]})", "body: provider is"},
      {"/v1/forests/demo/grow", R"({"nodes": "two"})", "body: nodes is"},
      {"/v1/forests/demo/grow", R"({"nodes": 1.5})", "body: nodes is"},
      {"/v1/forests/demo/grow", R"({"nodes": -1})", "body: nodes is"},
      {"/v1/forests/demo/grow", R"({"nodes": 18446744073709551615})", "body: nodes is"},
      {"/v1/forests/demo/grow", R"({"automatic": 1})", "body: automatic is"},
      {"/v1/forests/demo/grow", R"({"threshold": true})", "body: threshold is"},
      {"/v1/forests/demo/grow", R"({"nodes": 1000001})", "body: nodes is not between 0 and 1000000"},
      {"/v1/forests", R"({"provider": {}})", "body: provider is an object, not text"},
      {"/v1/forests", R"({"name": "a\u0000b)" "\xc3" R"("})", "not valid UTF-8"},
      {"/v1/forests", R"({"dry_run": 0})", "body: dry_run is"},
      {"/v1/forests", "{} {}", "not JSON"},
      {"/v1/forests/demo/grow", R"({"dry_run": "yes"})", "body: dry_run is"}};
  for (const auto& [path, body, message] : bodies) {
    const auto answer = client.ask("POST", path, body);
    EXPECT_EQ(answer.status, 400) << body.substr(0, 50);
    EXPECT_THAT(error_of(answer).at("message").get<std::string>(), HasSubstr(message)) << body.substr(0, 50);
  }
  box_.on_loop([&] { EXPECT_THAT(box_.forests.asked, ElementsAre()); });
}

TEST_F(Requests, NamesThatAClientMakesUpAreCleanWhereTheyEnter) {
  ControlClient client(box_.socket());
  client.ask("POST", "/v1/forests", R"({"provider": "lo\ncal", "size": "\u202esmall", "name": "\u001b[2J"})");
  client.ask("DELETE", "/v1/forests/de%0amo%1b[2J%ff");
  client.ask("DELETE", "/v1/forests/" + std::string(1'000, 'x'));
  client.ask("GET", "/v1/forests/demo/image?node=%e2%80%8f%0d");
  const auto lost = client.ask("GET", "/v1/no\xff" + std::string(2'000, 'y'));
  EXPECT_LT(error_of(lost).at("message").get<std::string>().size(), 500u);
  const std::string cut = std::string(125, 'x') + "...";
  box_.on_loop([&] {
    EXPECT_THAT(box_.forests.asked,
                ElementsAre("plant lo?cal ?small ?[2J", "teardown de?mo?[2J\xef\xbf\xbd", "teardown " + cut, "image demo ?? false"));
  });
}

TEST_F(Requests, DepthIsBoundedAtSixteenLevels) {
  ControlClient client(box_.socket());
  const auto nested = [](int levels) {
    return R"({"x":)" + std::string(levels - 1, '[') + std::string(levels - 1, ']') + "}";
  };
  EXPECT_EQ(client.ask("POST", "/v1/forests", nested(16)).status, 202);
  EXPECT_EQ(client.ask("POST", "/v1/forests", nested(17)).status, 400);
}

TEST_F(Requests, WrongParametersAreRefused) {
  ControlClient client(box_.socket());
  for (const char* target : {"/v1/forests/demo/history?limit=0", "/v1/forests/demo/history?limit=x",
                             "/v1/events?limit=-1", "/v1/events?limit=10001", "/v1/events?after=x",
                             "/v1/events?follow=yes", "/v1/events?limit=99999999999999999999"}) {
    EXPECT_EQ(client.ask("GET", target).status, 400) << target;
  }
}

TEST_F(Requests, ServesRequestsThatWereSentInOneGo) {
  ControlClient client(box_.socket());
  const std::string request = "GET /v1/version HTTP/1.1\r\nHost: x\r\n\r\n";
  client.say(request + request + request);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(client.answer().status, 200);
}

TEST_F(Requests, ClosesWhenAskedTo) {
  ControlClient client(box_.socket());
  client.say("GET /v1/version HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(client.answer().status, 200);
  client.wait_for_end();
}

TEST_F(Requests, ToldToGoOnWhereTheClientWaitsForIt) {
  ControlClient client(box_.socket());
  client.say("POST /v1/forests HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  EXPECT_EQ(client.answer().status, 100);
  client.say("{}");
  EXPECT_EQ(client.answer().status, 202);
}

TEST_F(Requests, NamesOfAnyBytesAreCarriedAndAnsweredAsJson) {
  ControlClient client(box_.socket());
  const auto answer = client.ask("GET", "/v1/forests/%ff%00%1b%5B2J");
  EXPECT_EQ(answer.status, 404);
  EXPECT_EQ(error_of(answer).at("code"), "not_found");
}

TEST_F(Requests, CurlSpeaksToIt) {
  if (std::system("command -v curl > /dev/null") != 0) GTEST_SKIP() << "no curl";
  const auto command = "curl -sS --unix-socket " + box_.socket() +
                       " -d '{\"provider\": \"local\"}' http://x/v1/forests" + " -w ' %{http_code}' 2>&1";
  FILE* pipe = ::popen(command.c_str(), "r");
  std::string output(4096, '\0');
  output.resize(std::fread(output.data(), 1, output.size(), pipe));
  EXPECT_EQ(::pclose(pipe), 0);
  EXPECT_THAT(output, HasSubstr("\"kind\":\"plant\""));
  EXPECT_THAT(output, HasSubstr(" 202"));
  const auto large = "head -c 2000000 /dev/zero | curl -sS --unix-socket " + box_.socket() +
                     " --data-binary @- -o /dev/null -w '%{http_code}' http://x/v1/forests 2>&1";
  pipe = ::popen(large.c_str(), "r");
  output.assign(4096, '\0');
  output.resize(std::fread(output.data(), 1, output.size(), pipe));
  EXPECT_EQ(::pclose(pipe), 0);
  EXPECT_EQ(output, "413");
}

}  // namespace
}  // namespace morpheus
