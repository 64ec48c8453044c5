#include "daemon/provider/hetzner/api/actions.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>

namespace morpheus::hetzner {
namespace {

std::string query_of(const std::vector<std::int64_t>& ids) {
  std::string query;
  for (const std::int64_t id : ids) query += fmt::format("{}id={}", query.empty() ? "?" : "&", id);
  return query;
}

}  // namespace

// An entry for as long as somebody waits, whichever way the wait ends.
class Actions::Waiting {
 public:
  Waiting(Actions& actions, std::int64_t id, Urgency urgency) : actions_(actions), id_(id) {
    actions_.waited_for_[id].urgency = urgency;
    actions_.pause_ = first_pause;
    actions_.next_ = std::min(actions_.next_, actions_.clock_.boot() + first_pause);
    if (actions_.waited_for_.size() == 1) actions_.next_ = actions_.clock_.boot() + first_pause;
  }
  ~Waiting() { actions_.waited_for_.erase(id_); }
  Waiting(const Waiting&) = delete;
  Waiting& operator=(const Waiting&) = delete;

  const State& state() const { return actions_.waited_for_.at(id_); }

 private:
  Actions& actions_;
  std::int64_t id_;
};

asio::awaitable<ApiResult<bool>> Actions::end_of(std::int64_t id, Millis limit, Urgency urgency) {
  const BootTime deadline = clock_.boot() + limit;
  const Waiting waiting(*this, id, urgency);
  for (;;) {
    const State state = waiting.state();
    if (state.status == "success") co_return true;
    if (state.status != "running") {
      ApiError error{classify(0, state.code), 0, state.code, fmt::format("action {}: {} ({})", id, state.message, state.code)};
      co_return error;
    }
    const BootTime now = clock_.boot();
    if (now >= deadline) co_return false;
    if (now >= next_ && !asking_) {
      co_await ask();
    } else {
      const BootTime until = std::min(std::max(next_, now + first_pause), deadline);
      co_await clock_.sleep_until(until);
    }
  }
}

asio::awaitable<void> Actions::ask() {
  struct Asking {
    explicit Asking(bool& is_asking) : flag(is_asking) { flag = true; }
    ~Asking() { flag = false; }
    bool& flag;
  };
  const Asking asking(asking_);
  std::vector<std::int64_t> running;
  Urgency urgency = Urgency::normal;
  for (const auto& [id, state] : waited_for_) {
    if (state.status != "running") continue;
    running.push_back(id);
    if (state.urgency == Urgency::deleting) urgency = Urgency::deleting;
  }
  for (std::size_t begin = 0; begin < running.size(); begin += ids_a_call) {
    const auto end = std::min(begin + ids_a_call, running.size());
    const std::vector<std::int64_t> ids(running.begin() + static_cast<std::ptrdiff_t>(begin),
                                        running.begin() + static_cast<std::ptrdiff_t>(end));
    const auto answer = co_await api_.get("/actions" + query_of(ids), read_actions, urgency);
    if (answer) {
      take(*answer);
    } else {
      spdlog::warn("{}; asked again in {} ms", answer.error().message, pause_.count());
    }
  }
  pause_ = std::min(pause_ * 2, longest_pause);
  next_ = clock_.boot() + pause_;
}

void Actions::take(const std::vector<Action>& actions) {
  for (const Action& action : actions) {
    const auto found = waited_for_.find(action.id);
    if (found == waited_for_.end()) continue;
    State& state = found->second;
    state.status = action.status;
    state.code = action.code;
    state.message = action.message;
  }
}

}  // namespace morpheus::hetzner
