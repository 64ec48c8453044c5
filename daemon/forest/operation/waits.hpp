#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <list>
#include <string>
#include <vector>

#include "common/error.hpp"
#include "common/model/node.hpp"
#include "common/model/operation.hpp"
#include "common/model/wait.hpp"
#include "daemon/provider/provider.hpp"
#include "daemon/runtime/clock.hpp"
#include "daemon/runtime/signal.hpp"
#include "daemon/store/journal.hpp"

namespace morpheus {

// What all work waits for, from the moment that it begins to. Beyond `shown_after` a wait is an event, and so is its end; status,
// doctor and `morpheusctl operation ID` show it meanwhile.
class Waits {
  struct Entry {
    Wait wait;
    bool told = false;  // by an event
    const Provider* asked = nullptr;
    Wait as_of_now() const;
  };
  using Place = std::list<Entry>::iterator;

 public:
  static constexpr Millis shown_after{30'000};

  Waits(Clock& clock, Journal& journal, const asio::any_io_executor& executor);
  Waits(const Waits&) = delete;
  Waits& operator=(const Waits&) = delete;

  // A wait that goes on for as long as this lives.
  class Waiting {
   public:
    Waiting(Waits& waits, Wait wait);
    Waiting(Waiting&& other) noexcept;
    Waiting& operator=(Waiting&&) = delete;
    ~Waiting();

    // It is this provider that is waited for: what keeps its calls waiting is a part of the cause.
    void asks(const Provider& provider) { place_->asked = &provider; }
    // One more try was in vain.
    void tried(const Error& why);
    // The same without a try: what is known of it by now.
    void says(const Error& why);
    const Wait& wait() const { return place_->wait; }

   private:
    Waits* waits_;
    Place place_;
  };

  Waiting begin(WaitReason reason, const Operation& operation);
  Waiting begin(WaitReason reason, const Node& node, const std::string& forest);
  Waiting begin(WaitReason reason, const std::string& forest);  // of no operation; of no forest, where it is empty

  // All that last longer than `shown_after`, oldest first.
  std::vector<Wait> shown() const;

  // Records what has become long, and what is over. Until cancelled.
  asio::awaitable<void> run();

 private:
  Waiting begin(Wait wait);
  void end(Place place);
  bool is_long(const Wait& wait) const;
  void tell();
  void record(Wait wait, bool is_over);

  Clock& clock_;
  Journal& journal_;
  Signal changed_;
  std::list<Entry> under_way_;  // a list: a Waiting keeps its place
  std::list<Entry> over_;       // that were told, and whose end was not
};

// What to type about such a wait where nothing else says so.
std::string usual_hint(const Wait& wait);
// The hint for a reader of the doctor's findings, who needs not be sent there.
std::string hint_of_doctor(const Wait& wait);

// "oak-node-2 waits for its machine to be deleted since 2026-11-25T18:00:00Z (tried 7 times): the server is protected".
std::string describe(const Wait& wait);

}  // namespace morpheus
