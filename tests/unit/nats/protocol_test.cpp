#include "daemon/nats/protocol.hpp"

#include <gmock/gmock.h>

namespace morpheus {
namespace {

using Kind = ServerLine::Kind;
using testing::HasSubstr;

TEST(NatsProtocol, ALineOfAServerIsWhatItsFirstWordSays) {
  for (const char* text : {"PING", "+OK", "INFO {}", R"(INFO {"a": "b c d e f g h"})"}) EXPECT_EQ(read_server_line(text).kind, Kind::nothing) << text;
  EXPECT_EQ(read_server_line("PONG").kind, Kind::pong);
  for (const char* text : {"MSG inbox 1 12", "MSG inbox 1 reply.to 12", "MSG  inbox  1  12 "}) {
    EXPECT_EQ(read_server_line(text).kind, Kind::message) << text;
    EXPECT_EQ(read_server_line(text).bytes, 12U) << text;
  }
}

TEST(NatsProtocol, WhatIsNoLineIsUnknown) {
  for (const char* text : {"", " ", "MSG", "MSG inbox 1", "MSG inbox 1 -5", "MSG inbox 1 12x", "MSG inbox 1 99999999999999999999", "MSG a b c d 5",
                           "HMSG inbox 1 10 12", "msg inbox 1 12", "{}", "HTTP/1.1 400 Bad Request"}) {
    EXPECT_EQ(read_server_line(text).kind, Kind::unknown) << text;
  }
}

TEST(NatsProtocol, AnErrorIsCleanAndBounded) {
  EXPECT_EQ(read_server_line("-ERR 'Authorization Violation'").kind, Kind::error);
  EXPECT_EQ(read_server_line("-ERR 'Authorization Violation'").text, "'Authorization Violation'");
  EXPECT_EQ(read_server_line("-ERR").text, "");
  EXPECT_EQ(read_server_line("-ERR a\x1b[31m").text, "a?[31m");
  EXPECT_LT(read_server_line("-ERR " + std::string(60'000, 'x')).text.size(), 500U);
}

TEST(NatsProtocol, AGreetingHasANonceAndMayRequireTls) {
  const auto plain = read_greeting(R"(INFO {"server_id": "N", "nonce": "abc", "tls_available": true})");
  ASSERT_TRUE(plain);
  EXPECT_EQ(plain->nonce, "abc");
  EXPECT_FALSE(plain->tls_required);
  EXPECT_TRUE(read_greeting(R"(INFO {"tls_required": true})")->tls_required);
  EXPECT_EQ(read_greeting("INFO {}")->nonce, "");
}

TEST(NatsProtocol, WhatIsNoGreetingSaysWhy) {
  EXPECT_EQ(read_greeting("HTTP/1.1 400 Bad Request").error().message, "it does not greet as a NATS server");
  EXPECT_EQ(read_greeting("INFO ").error().message, "its greeting: the document is empty");
  EXPECT_EQ(read_greeting(R"(INFO {"nonce": 5})").error().message, "its greeting: nonce is a whole number, not text");
  EXPECT_THAT(read_greeting(R"(INFO {"nonce": ")" + std::string(5'000, 'x') + "\"}").error().message, HasSubstr("its greeting: nonce"));
}

TEST(NatsProtocol, AQuestionSubscribesBeforeItAsks) {
  EXPECT_EQ(question("$SYS.REQ", "_INBOX.1", "{}"), "SUB _INBOX.1 1\r\nPUB $SYS.REQ _INBOX.1 2\r\n{}\r\n");
}

}  // namespace
}  // namespace morpheus
