#include "tests/tools/scripted_api.hpp"

#include <fmt/format.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <exception>

namespace morpheus {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr const char* head_end = "\r\n\r\n";

void rethrow(std::exception_ptr error) {
  if (error) std::rethrow_exception(error);
}

std::size_t body_size(const std::string& head) {
  constexpr std::string_view field = "Content-Length: ";
  const auto at = head.find(field);
  return at == std::string::npos ? 0 : std::stoul(head.substr(at + field.size()));
}

}  // namespace

ScriptedApi::ScriptedApi(asio::io_context& loop, Script script)
    : loop_(loop), acceptor_(loop, tcp::endpoint(asio::ip::address_v4::loopback(), 0)), script_(std::move(script)) {
  asio::co_spawn(loop_, accept(), rethrow);
}

ScriptedApi::Answer ScriptedApi::json(const std::string& body, unsigned status) {
  return {fmt::format("HTTP/1.1 {} x\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{}", status, body.size(), body), false};
}

asio::awaitable<void> ScriptedApi::accept() {
  for (;;) {
    error_code error;
    auto socket = co_await acceptor_.async_accept(asio::redirect_error(asio::use_awaitable, error));
    if (error) co_return;
    ++connections_;
    asio::co_spawn(loop_, serve(std::move(socket)), rethrow);
  }
}

asio::awaitable<void> ScriptedApi::serve(tcp::socket socket) {
  std::string input;
  for (;;) {
    error_code error;
    const auto head = co_await asio::async_read_until(socket, asio::dynamic_buffer(input), head_end, asio::redirect_error(asio::use_awaitable, error));
    if (error) co_return;
    const auto whole = head + body_size(input.substr(0, head));
    while (!error && input.size() < whole) {
      co_await asio::async_read(socket, asio::dynamic_buffer(input), asio::transfer_at_least(1), asio::redirect_error(asio::use_awaitable, error));
    }
    if (error) co_return;
    requests_.push_back(input.substr(0, input.find(" HTTP/1.1")));
    input.erase(0, whole);
    const Answer answer = script_(requests_.back());
    co_await asio::async_write(socket, asio::buffer(answer.bytes), asio::redirect_error(asio::use_awaitable, error));
    if (error || answer.close) co_return;
  }
}

}  // namespace morpheus
