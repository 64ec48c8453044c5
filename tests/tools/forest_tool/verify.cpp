#include "tests/tools/forest_tool/verify.hpp"

#include <fmt/format.h>

#include <chrono>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <iterator>
#include <map>
#include <optional>
#include <set>

#include "tests/tools/forest_tool/acked_file.hpp"
#include "tests/tools/forest_tool/client.hpp"

namespace morpheus {
namespace {

using Clock = std::chrono::steady_clock;
using Acked = std::map<std::uint64_t, std::string>;

constexpr std::chrono::milliseconds read_pause{200};
constexpr std::size_t most_named = 10;

// Compares what is stored with what was acknowledged, one message after the other.
class Comparison {
 public:
  explicit Comparison(const Acked& acked) : acked_(acked) {}

  void add(std::string_view payload) {
    const auto message = read_message(payload);
    const auto known = message ? acked_.find(message->number) : acked_.end();
    if (known == acked_.end()) {
      ++extra_;
      // What is damaged may still say which one it was.
      changed_.insert(std::strtoull(std::string(payload.substr(0, payload.find(' '))).c_str(), nullptr, 10));
    } else if (known->second != message->hash) {
      ++extra_;
      changed_.insert(message->number);
    } else if (!found_.insert(message->number).second) {
      ++extra_;
      twice_.insert(message->number);
    }
  }

  int report() const {
    std::set<std::uint64_t> missing;
    std::set<std::uint64_t> changed;
    for (const auto& [number, hash] : acked_) {
      if (!found_.contains(number)) (changed_.contains(number) ? changed : missing).insert(number);
    }
    std::cout << fmt::format("{} acked, {} found, {} missing, {} changed, {} extra", acked_.size(),
                             found_.size(), missing.size(), changed.size(), extra_ - changed.size())
              << std::endl;
    name("missing", missing);
    name("changed", changed);
    name("stored twice", twice_);
    const bool sound = missing.empty() && changed.empty() && twice_.empty();
    return sound && !acked_.empty() ? 0 : 1;
  }

 private:
  static void name(const char* what, const std::set<std::uint64_t>& numbers) {
    if (numbers.empty()) return;
    std::string text;
    for (auto number = numbers.begin(); number != numbers.end(); ++number) {
      if (std::distance(numbers.begin(), number) == most_named) {
        text += " ...";
        break;
      }
      text += fmt::format(" {}", *number);
    }
    std::cerr << what << ':' << text << '\n';
  }

  const Acked& acked_;
  std::set<std::uint64_t> found_;
  std::set<std::uint64_t> changed_;
  std::set<std::uint64_t> twice_;
  std::size_t extra_ = 0;
};

// Asks one question until it is answered, on a fresh connection where the last one failed.
class Asker {
 public:
  Asker(const VerifyOptions& options, StopSignal& stop) : options_(options), stop_(stop) {}

  // `question` answers NATS_OK or NATS_NOT_FOUND when it got an answer; everything else is asked again until
  // the limit.
  Result<natsStatus> ask(const std::function<natsStatus(jsCtx*)>& question) {
    const auto limit = Clock::now() + std::chrono::duration_cast<Clock::duration>(
                                          std::chrono::duration<double>(options_.seconds));
    for (;;) {
      Error error{ErrorCode::unavailable, "interrupted", ""};
      if (!client_ || client_->closed()) connect(error);
      if (client_) {
        const auto status = question(client_->jetstream());
        if (status == NATS_OK || status == NATS_NOT_FOUND) return status;
        error = nats_error("stream " + options_.stream, status);
      }
      if (stop_.stopped() || Clock::now() >= limit) return error;
      stop_.wait_for(read_pause);
    }
  }

 private:
  void connect(Error& error) {
    client_.reset();
    auto connected = Client::connect(options_.urls[next_url_++ % options_.urls.size()]);
    if (connected) {
      client_.emplace(*std::move(connected));
    } else {
      error = connected.error();
    }
  }

  const VerifyOptions& options_;
  StopSignal& stop_;
  std::optional<Client> client_;
  std::size_t next_url_ = 0;
};

Result<> compare_all(const VerifyOptions& options, Asker& asker, Comparison& comparison) {
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  const auto info = asker.ask([&](jsCtx* jetstream) {
    jsStreamInfo* raw = nullptr;
    const auto status = js_GetStreamInfo(&raw, jetstream, options.stream.c_str(), nullptr, nullptr);
    if (status == NATS_OK) {
      first = raw->State.FirstSeq;
      last = raw->State.LastSeq;
    }
    jsStreamInfo_Destroy(raw);
    return status;
  });
  if (!info) return info.error();
  if (*info == NATS_NOT_FOUND) return Error{ErrorCode::not_found, "there is no stream " + options.stream, ""};
  for (auto sequence = first; sequence <= last && last > 0; ++sequence) {
    const auto got = asker.ask([&](jsCtx* jetstream) {
      natsMsg* raw = nullptr;
      const auto status = js_GetMsg(&raw, jetstream, options.stream.c_str(), sequence, nullptr, nullptr);
      const Message message(raw);
      if (status == NATS_OK) {
        comparison.add({natsMsg_GetData(raw), static_cast<std::size_t>(natsMsg_GetDataLength(raw))});
      }
      return status;
    });
    if (!got) return got.error();
  }
  return {};
}

}  // namespace

int verify(const VerifyOptions& options, StopSignal& stop) {
  const auto acked = read_acked(options.state);
  if (!acked) {
    std::cerr << describe(acked.error()) << '\n';
    return 1;
  }
  Comparison comparison(*acked);
  Asker asker(options, stop);
  const auto compared = compare_all(options, asker, comparison);
  if (!compared) std::cerr << describe(compared.error()) << '\n';
  if (!compared && compared.error().code != ErrorCode::not_found) return 1;
  return comparison.report();
}

}  // namespace morpheus
