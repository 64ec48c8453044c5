#include "tests/tools/forest_tool/publish.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <iostream>
#include <random>

#include "tests/tools/forest_tool/acked_file.hpp"
#include "tests/tools/forest_tool/client.hpp"

namespace morpheus {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds stream_limit{30};  // a young cluster elects its leader first
constexpr std::chrono::milliseconds retry_pause{100};
constexpr std::chrono::seconds between_complaints{2};

class Publisher {
 public:
  Publisher(const PublishOptions& options, StopSignal& stop, std::uint64_t last)
      : options_(options), stop_(stop), number_(last), file_(options.state) {
    if (options.seconds > 0) {
      end_ = Clock::now() +
             std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(options.seconds));
    }
  }

  int run() {
    if (!make_stream()) return 1;
    const auto interval = std::chrono::duration_cast<Clock::duration>(
        std::chrono::duration<double>(options_.rate > 0 ? 1 / options_.rate : 0));
    auto next = Clock::now();
    while (!over() && (options_.count == 0 || acked_ < options_.count)) {
      if (!publish_next()) break;
      next = std::max(next + interval, Clock::now() - interval);
      stop_.wait_until(std::min(next, end_));
    }
    std::cout << fmt::format("{} acked, {} retries", acked_, retries_) << std::endl;
    return acked_ > 0 ? 0 : 1;
  }

 private:
  bool over() { return stop_.stopped() || Clock::now() >= end_; }

  // A connection that is open, or nothing for now.
  const Client* client() {
    if (client_ && !client_->closed()) return &*client_;
    client_.reset();
    auto connected = Client::connect(options_.urls[next_url_++ % options_.urls.size()]);
    if (connected) {
      client_.emplace(*std::move(connected));
      return &*client_;
    }
    complain(describe(connected.error()));
    return nullptr;
  }

  bool make_stream() {
    const auto limit = Clock::now() + stream_limit;
    while (!over()) {
      if (const auto* open = client(); open && try_make_stream(*open)) return true;
      if (Clock::now() >= limit) {
        std::cerr << fmt::format("no stream {} within {} s\n", options_.stream, stream_limit.count());
        return false;
      }
      stop_.wait_for(retry_pause);
    }
    return false;
  }

  bool try_make_stream(const Client& open) {
    jsErrCode code{};
    jsStreamInfo* info = nullptr;
    auto status = js_GetStreamInfo(&info, open.jetstream(), options_.stream.c_str(), nullptr, &code);
    jsStreamInfo_Destroy(info);
    if (status == NATS_OK) return true;
    jsStreamConfig config;
    jsStreamConfig_Init(&config);
    const char* subject = options_.subject.c_str();
    config.Name = options_.stream.c_str();
    config.Subjects = &subject;
    config.SubjectsLen = 1;
    config.Storage = js_FileStorage;
    config.Replicas = options_.replicas;
    status = js_AddStream(nullptr, open.jetstream(), &config, nullptr, &code);
    if (status != NATS_OK)
      complain(fmt::format("no stream yet: {} ({})", natsStatus_GetText(status), int(code)));
    return status == NATS_OK;
  }

  // Until it is acknowledged; false if the end comes first, and then the message is not in the file.
  bool publish_next() {
    const auto fresh = make_message(++number_, options_.body_bytes, random_);
    const auto id = fmt::format("{}-{}", run_, number_);
    for (;;) {
      if (const auto* open = client(); open && try_publish(*open, fresh, id)) {
        file_.append(fresh.message);
        if (++acked_ == 1) std::cout << fmt::format("publishing to {}", options_.stream) << std::endl;
        return true;
      }
      ++retries_;
      if (over() || stop_.wait_for(retry_pause)) return false;
    }
  }

  bool try_publish(const Client& open, const NewMessage& fresh, const std::string& id) {
    jsPubOptions limits;
    jsPubOptions_Init(&limits);
    limits.MaxWait = answer_limit_ms;
    limits.MsgId = id.c_str();  // a retry of what was stored after all is stored once
    limits.ExpectStream = options_.stream.c_str();
    jsErrCode code{};
    const auto status = js_Publish(nullptr, open.jetstream(), options_.subject.c_str(), fresh.payload.data(),
                                   static_cast<int>(fresh.payload.size()), &limits, &code);
    if (status != NATS_OK)
      complain(fmt::format("message {}: {} ({})", number_, natsStatus_GetText(status), int(code)));
    return status == NATS_OK;
  }

  void complain(const std::string& text) {
    if (Clock::now() < quiet_until_) return;
    quiet_until_ = Clock::now() + between_complaints;
    std::cerr << text << "; trying again" << std::endl;
  }

  const PublishOptions& options_;
  StopSignal& stop_;
  std::uint64_t number_;
  AckedFile file_;
  std::mt19937_64 random_{std::random_device{}()};
  std::uint64_t run_ = random_();
  Clock::time_point end_ = Clock::time_point::max();
  Clock::time_point quiet_until_{};
  std::optional<Client> client_;
  std::size_t next_url_ = 0;
  std::uint64_t acked_ = 0;
  std::uint64_t retries_ = 0;
};

}  // namespace

int publish(const PublishOptions& options, StopSignal& stop) {
  const auto before = read_acked(options.state);
  if (!before && before.error().code != ErrorCode::not_found) {
    std::cerr << describe(before.error()) << '\n';
    return 1;
  }
  const auto last = before && !before->empty() ? before->rbegin()->first : 0;
  return Publisher(options, stop, last).run();
}

}  // namespace morpheus
