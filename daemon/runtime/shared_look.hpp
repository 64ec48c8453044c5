#pragma once

#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "daemon/runtime/clock.hpp"
#include "daemon/runtime/signal.hpp"
#include "daemon/runtime/task_group.hpp"

namespace morpheus {

// A look at something that costs calls, for all who ask: of each subject one look is under way, and what it saw serves others for a
// while. So how often is asked does not decide how often is looked.
template <class T>
class SharedLook {
 public:
  struct Seen {
    T value;
    Millis age{};  // since the look began
  };
  using Look = std::function<asio::awaitable<T>()>;

  SharedLook(const asio::any_io_executor& executor, const Clock& clock, TaskGroup& tasks)
      : clock_(clock), tasks_(tasks), ended_(executor) {}

  // What `look` sees of `subject`, or saw within `kept`; 0: it begins after this call. A look is a task of its own: it goes on if the one
  // who asked goes. Its exceptions come to everybody who waits for it.
  asio::awaitable<Seen> ask(std::string subject, Millis kept, Look look) {
    const auto asked = begun_;
    for (;;) {
      const auto found = views_.find(subject);
      const bool seen = found != views_.end() && serves(*found->second, asked, kept);
      if (seen && found->second->failure) std::rethrow_exception(found->second->failure);
      if (seen) co_return Seen{*found->second->value, clock_.boot() - found->second->at};
      const auto count = ended_.count();
      if (!under_way_.contains(subject)) begin(subject, look);
      co_await ended_.wait_past(count);
    }
  }

  // No look that has begun serves whoever asks from now on: something was changed.
  void forget() { forgotten_ = begun_; }

 private:
  struct View {
    std::uint64_t number = 0;  // of its look
    BootTime at{};
    std::optional<T> value;
    std::exception_ptr failure;
  };

  bool serves(const View& view, std::uint64_t asked, Millis kept) const {
    return view.number > asked || (view.number > forgotten_ && clock_.boot() - view.at < kept);
  }

  void begin(const std::string& subject, const Look& look) {
    auto view = std::make_shared<View>();
    view->number = ++begun_;
    view->at = clock_.boot();
    under_way_[subject] = view->number;
    tasks_.spawn("look at " + subject, carry_out(subject, look, std::move(view)));
  }

  asio::awaitable<void> carry_out(std::string subject, Look look, std::shared_ptr<View> view) {
    try {
      auto value = co_await look();
      view->value = std::move(value);
    } catch (...) {
      view->failure = std::current_exception();
    }
    under_way_.erase(subject);
    views_[subject] = std::move(view);
    ended_.notify();
  }

  const Clock& clock_;
  TaskGroup& tasks_;
  std::map<std::string, std::shared_ptr<View>> views_;
  std::map<std::string, std::uint64_t> under_way_;
  std::uint64_t begun_ = 0;
  std::uint64_t forgotten_ = 0;
  Signal ended_;
};

}  // namespace morpheus
