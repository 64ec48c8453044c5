#include "tests/sim/sim_daemon.hpp"

#include <boost/asio/co_spawn.hpp>
#include <stdexcept>

#include "daemon/monitor/warm.hpp"

namespace morpheus::sim {
namespace {

std::unique_ptr<Store> open_store(const std::string& database, Ids& ids) {
  constexpr int id_bytes = 8;
  auto store = Store::open(database, ids.random_hex(id_bytes));
  if (!store) throw std::runtime_error(describe(store.error()));
  (*store)->give_holder(ids.random_hex(id_bytes));
  return *std::move(store);
}

}  // namespace

asio::awaitable<void> SimDaemon::NeverLate::sleep_until(BootTime) { co_return; }

SimDaemon::SimDaemon(const Surroundings& around, const std::string& database, std::function<void()> committed, bool after_crash)
    : world_(around.world),
      store_(open_store(database, around.ids)),
      lag_(never_late_),
      journal_(around.clock, *store_, tally_, loop_.get_executor()),
      observations_(around.config.growth.sustain),
      probe_(world_, around.clock, around.config.monitor.timeout, around.name),
      poller_(around.clock, *store_, journal_, probe_, lag_, observations_, loop_.get_executor(), around.config),
      system_(world_, around.clock),
      gate_(loop_.get_executor()),
      lease_(around.clock, *store_, journal_),
      provider_(world_, around.clock, around.name, gate_, fencing(around)),
      gated_(provider_, gate_, [this] { return may_act(*store_); }),
      providers_{{"sim", &gated_}},
      enclosing_(loop_.get_executor()),
      waits_(around.clock, journal_, loop_.get_executor()),
      forests_({loop_.get_executor(), around.clock, around.ids, *store_, journal_, tally_, observations_, poller_,
                system_, around.secrets, providers_, around.config, enclosing_, gate_, waits_},
               after_crash) {
  store_->before_commit([this] {
    if (!world_.disk_full) return;
    world_.count("commit refused");
    throw StoreError("the database: database or disk is full");
  });
  store_->on_commit(std::move(committed));
  warm_from_store(observations_, *store_, around.clock.wall(), around.config.growth.sustain);
  spawn(poller_.run());
  spawn(forests_.run());
}

std::optional<SimFencing> SimDaemon::fencing(const Surroundings& around) {
  if (!around.leases) return std::nullopt;
  board_.emplace(world_, around.clock, *around.leases);
  fence_.emplace(loop_.get_executor(), around.clock, *board_, lease_);
  return SimFencing{*around.leases, lease_, *fence_};
}

SimDaemon::~SimDaemon() { loop_.drop_coroutines(); }

void SimDaemon::spawn(asio::awaitable<void> work) {
  asio::co_spawn(loop_, std::move(work), [this](std::exception_ptr error) {
    if (error && !failure_) failure_ = error;
  });
}

void SimDaemon::run_ready() {
  do {
    loop_.restart();
  } while (!world_.crashed && loop_.poll_one() > 0);
  if (failure_ && !world_.crashed) std::rethrow_exception(failure_);
}

}  // namespace morpheus::sim
