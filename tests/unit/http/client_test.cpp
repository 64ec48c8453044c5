#include "daemon/http/client.hpp"

#include <gtest/gtest.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

namespace morpheus {
namespace {

using Tcp = asio::ip::tcp;

// Answers every request of every connection with the same bytes, and keeps the connection open.
asio::awaitable<void> serve(Tcp::socket socket, std::string answer, bool close, int& requests) {
  std::string request;
  boost::system::error_code error;
  while (!error) {
    const auto size = co_await asio::async_read_until(socket, asio::dynamic_buffer(request), "\r\n\r\n",
                                                      asio::redirect_error(asio::use_awaitable, error));
    if (error) co_return;
    request.erase(0, size);
    ++requests;
    co_await asio::async_write(socket, asio::buffer(answer), asio::redirect_error(asio::use_awaitable, error));
    if (close) co_return;
  }
}

class HttpClientTest : public ::testing::Test {
 protected:
  HttpClientTest() {
    bounds_.connect = Millis{500};
    bounds_.whole = Millis{300};
    bounds_.body = 1'000;
  }

  void answer_with(std::string answer, bool close = false) {
    accept(std::move(answer), close);
    client_.emplace(loop_.get_executor(), "127.0.0.1", acceptor_.local_endpoint().port());
  }

  Result<HttpAnswer> get() {
    std::optional<Result<HttpAnswer>> result;
    asio::co_spawn(loop_, client_->get("/varz", bounds_), [&](std::exception_ptr error, Result<HttpAnswer> got) {
      if (error) std::rethrow_exception(error);
      result = std::move(got);
    });
    loop_.restart();
    while (!result && loop_.run_one_for(std::chrono::seconds{5}) > 0) {
    }
    if (!result) throw std::runtime_error("the client never ended");
    return *std::move(result);
  }

  std::string error_of() {
    const auto result = get();
    return result ? "none" : result.error().message;
  }

  void accept(std::string answer, bool close) {
    acceptor_.async_accept([this, answer, close](const boost::system::error_code& error, Tcp::socket socket) {
      if (error) return;
      ++connections_;
      asio::co_spawn(loop_, serve(std::move(socket), answer, close, requests_), [](std::exception_ptr) {});
      accept(answer, close);
    });
  }

  asio::io_context loop_;
  Tcp::acceptor acceptor_{loop_, Tcp::endpoint(asio::ip::make_address("127.0.0.1"), 0)};
  std::optional<HttpClient> client_;
  HttpBounds bounds_;
  int connections_ = 0;
  int requests_ = 0;
};

TEST_F(HttpClientTest, KeepsItsConnection) {
  answer_with("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}");
  for (int i = 0; i < 3; ++i) {
    const auto answer = get();
    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_EQ(answer->status, 200u);
    EXPECT_EQ(answer->body, "{}");
  }
  EXPECT_EQ(connections_, 1);
  EXPECT_EQ(requests_, 3);
}

TEST_F(HttpClientTest, ConnectsAgainWhenTheKeptConnectionWasClosed) {
  answer_with("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", true);
  ASSERT_TRUE(get());
  ASSERT_TRUE(get());
  EXPECT_EQ(connections_, 2);
}

TEST_F(HttpClientTest, WhatFollowsAnAnswerIsNoAnswerToTheNextQuestion) {
  const std::string answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}";
  answer_with(answer + "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nfalse");
  for (int i = 0; i < 2; ++i) {
    const auto got = get();
    ASSERT_TRUE(got) << got.error().message;
    EXPECT_EQ(got->body, "{}");
  }
  EXPECT_EQ(connections_, 2);
}

TEST_F(HttpClientTest, TakesChunkedBodies) {
  answer_with("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n{\"a\r\n4\r\n\":1}\r\n0\r\n\r\n");
  const auto answer = get();
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->body, R"({"a":1})");
}

TEST_F(HttpClientTest, NeverFollowsARedirect) {
  answer_with("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.2/\r\nContent-Length: 0\r\n\r\n");
  const auto answer = get();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 302u);
  EXPECT_EQ(answer->location, "http://127.0.0.2/");
  EXPECT_EQ(requests_, 1);
}

TEST_F(HttpClientTest, ABodyBeyondTheBoundIsRefused) {
  answer_with("HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n");
  EXPECT_EQ(error_of(), "an answer larger than 1000 bytes");
}

TEST_F(HttpClientTest, ChunksWithoutAnEndAreCutAtTheBound) {
  std::string answer = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (int i = 0; i < 20; ++i) answer += "64\r\n" + std::string(100, 'x') + "\r\n";
  answer_with(answer);
  EXPECT_EQ(error_of(), "an answer larger than 1000 bytes");
}

TEST_F(HttpClientTest, AHeaderWithoutAnEndIsCutAtTheBound) {
  answer_with("HTTP/1.1 200 OK\r\nX: " + std::string(100'000, 'x'));
  EXPECT_EQ(error_of(), "an answer with too large a header");
}

// Beast bounds neither a chunk's extensions, nor the digits of its size, nor a trailer.
TEST_F(HttpClientTest, AChunkOrTrailerWithoutAnEndIsCutAtTheBound) {
  for (const std::string begun : {"5;", "0000", "0\r\nX: "}) {
    answer_with("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + begun + std::string(1'000'000, '0'));
    EXPECT_EQ(error_of(), "an answer with too large a header") << begun;
  }
}

TEST_F(HttpClientTest, HalfAnAnswerIsNoAnswerInTime) {
  answer_with("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{");
  EXPECT_EQ(error_of(), "no answer within 0.3 s");
}

TEST_F(HttpClientTest, AnAnswerThatBreaksOffSaysSo) {
  answer_with("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{", true);
  EXPECT_EQ(error_of(), "closed in the middle of the answer");
}

TEST_F(HttpClientTest, GarbageIsNotHttp) {
  answer_with("hello there\r\n\r\n");
  EXPECT_EQ(error_of().substr(0, 8), "not HTTP");
}

TEST_F(HttpClientTest, NobodyThereIsRefused) {
  answer_with("");
  acceptor_.close();
  EXPECT_EQ(error_of(), "connection refused");
}

TEST_F(HttpClientTest, OnlyAnAddressIsTaken) {
  client_.emplace(loop_.get_executor(), "localhost", 1);
  EXPECT_EQ(error_of(), "\"localhost\" is not an IP address");
}

}  // namespace
}  // namespace morpheus
