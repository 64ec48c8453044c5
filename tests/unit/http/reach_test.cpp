#include "daemon/http/reach.hpp"

#include <gmock/gmock.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <fstream>

#include "tests/tools/child.hpp"
#include "tests/tools/temp_dir.hpp"

namespace morpheus {
namespace {

using testing::HasSubstr;

constexpr std::chrono::seconds reach_limit{20};

class ReachTest : public testing::Test {
 protected:
  std::string serve(const std::string& scheme, std::vector<std::string> more = {}) {
    Command command;
    command.arguments = {"/usr/bin/python3", FAKE_HETZNER, "--dir", dir_ / "fake"};
    command.arguments.insert(command.arguments.end(), more.begin(), more.end());
    command.out = command.err = dir_ / "log";
    server_.emplace(command);
    wait_until([&] { return std::filesystem::exists(dir_ / "fake/port"); }, reach_limit);
    std::string port;
    std::ifstream(dir_ / "fake/port") >> port;
    return scheme + "://127.0.0.1:" + port;
  }

  void certify() {
    const auto made = run_command({"/usr/bin/openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=here",
                                   "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", dir_ / "key", "-out", dir_ / "pem"});
    ASSERT_EQ(made.status, 0) << made.err;
  }

  Result<unsigned> reach(const std::string& url, const std::string& authorities = "") {
    std::optional<Result<unsigned>> result;
    asio::io_context loop;
    asio::co_spawn(loop, head(url, ApiBounds{}, authorities), [&](std::exception_ptr error, Result<unsigned> got) {
      if (error) std::rethrow_exception(error);
      result = got;
    });
    loop.run();
    return *result;
  }

  TempDir dir_;
  std::optional<Child> server_;
};

TEST_F(ReachTest, SaysTheStatusOfAnAnswerThatHasALengthAndNoBody) {
  const auto base = serve("http");
  EXPECT_EQ(reach(base + "/_fake/state").value(), 200U);
  EXPECT_EQ(reach(base + "/_fake/state?a=b").value(), 200U);
  EXPECT_EQ(reach(base + "/_fake/nothing").value(), 404U);
  EXPECT_EQ(reach(base).value(), 404U);
  EXPECT_EQ(reach(base + "/v1/servers").value(), 401U) << "no token is sent";
}

TEST_F(ReachTest, BelievesOnlyCertificatesThatItKnows) {
  certify();
  const auto base = serve("https", {"--tls-cert", dir_ / "pem", "--tls-key", dir_ / "key"});
  EXPECT_EQ(reach(base + "/_fake/state", dir_ / "pem").value(), 200U);
  const auto unknown = reach(base + "/_fake/state");
  ASSERT_FALSE(unknown);
  EXPECT_THAT(unknown.error().message, HasSubstr("its certificate is not believed"));
}

TEST_F(ReachTest, WhatDoesNotAnswerOrIsNoAddressIsAnError) {
  EXPECT_THAT(reach("http://127.0.0.1:1/").error().message, HasSubstr("cannot be reached"));
  EXPECT_EQ(reach("ftp://127.0.0.1/").error().code, ErrorCode::invalid);
}

}  // namespace
}  // namespace morpheus
