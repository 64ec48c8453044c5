#include "ctl/answer.hpp"

#include <fmt/format.h>

#include <boost/beast/core/error.hpp>
#include <cerrno>

#include "common/decode/tree.hpp"
#include "common/protocol/views.hpp"
#include "ctl/render/printable.hpp"

namespace morpheus::ctl {
namespace {

using boost::system::error_code;

bool is(const error_code& error, int number) {
  return error == error_code(number, boost::system::system_category());
}

ExitStatus status_of(unsigned http_status, const std::string& code) {
  if (code == "refused") return ExitStatus::refused;
  switch (http_status) {
    case 400:
      return ExitStatus::usage;
    case 403:
      return ExitStatus::denied;
    case 404:
      return ExitStatus::not_found;
    default:
      return ExitStatus::failed;
  }
}

}  // namespace

CommandFailure connect_failure(const std::string& socket, const error_code& error) {
  if (is(error, EACCES)) {
    return {ExitStatus::denied, fmt::format("the socket {} may not be used: {}", socket, error.message()),
            "sudo morpheusctl ..., or ask your admin for group morpheus"};
  }
  if (is(error, ENOENT)) {
    return {ExitStatus::no_daemon, fmt::format("no daemon: there is no socket {}", socket),
            "systemctl start morpheusd, or name another socket with --socket or MORPHEUS_SOCKET"};
  }
  const auto why = is(error, EAGAIN) ? std::string("its queue is full") : error.message();
  return {ExitStatus::no_daemon, fmt::format("no daemon answers on {}: {}", socket, why),
          "systemctl status morpheusd, journalctl -u morpheusd"};
}

CommandFailure broken_off(const std::string& socket, const error_code& error, Millis patience) {
  const auto seconds = static_cast<double>(patience.count()) / 1000;
  const auto message = error == boost::beast::error::timeout
                           ? fmt::format("the daemon on {} did not answer within {:g} s", socket, seconds)
                           : fmt::format("the daemon on {} broke off: {}", socket, error.message());
  return {ExitStatus::no_daemon, message, "systemctl status morpheusd, journalctl -u morpheusd"};
}

nlohmann::json parse_answer(const std::string& text) {
  DecodeBounds bounds;
  bounds.bytes = largest_answer;
  auto json = decode_tree({"the daemon's answer"}, text, bounds);
  if (!json) throw CommandFailure(ExitStatus::failed, json.error().message);
  return *std::move(json);
}

nlohmann::json checked_answer(unsigned http_status, const std::string& text) {
  auto json = parse_answer(text);
  if (http_status < 300) return json;
  ErrorView error{"", fmt::format("the daemon answered {}", http_status), ""};
  if (json.is_object() && json.contains("error")) error = view_of<ErrorView>(json["error"]);
  throw CommandFailure(status_of(http_status, error.code), error.message, error.hint);
}

}  // namespace morpheus::ctl
