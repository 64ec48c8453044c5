#include "daemon/app/app.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <csignal>
#include <filesystem>

#include "common/config/checks.hpp"
#include "daemon/app/config_reload.hpp"
#include "daemon/app/forced_stop.hpp"
#include "daemon/app/journald_log.hpp"
#include "daemon/app/logging.hpp"
#include "daemon/app/providers.hpp"
#include "daemon/backup/backup.hpp"
#include "daemon/backup/restore.hpp"
#include "daemon/control/metrics_server.hpp"
#include "daemon/control/server.hpp"
#include "daemon/forest/housekeeping/repair_events.hpp"
#include "daemon/forest/leadership/stored_lease.hpp"
#include "daemon/forest/record.hpp"
#include "daemon/forest/forest_service.hpp"
#include "daemon/metrics/metrics.hpp"
#include "daemon/monitor/http_probe.hpp"
#include "daemon/monitor/warm.hpp"
#include "daemon/nats/nats_requests.hpp"
#include "daemon/provider/local/local_provider.hpp"
#include "daemon/provider/local/run_node.hpp"
#include "daemon/runtime/crash_mark.hpp"
#include "daemon/runtime/lock_file.hpp"
#include "daemon/runtime/system_clock.hpp"
#include "daemon/runtime/timeout.hpp"
#include "daemon/secrets/secret_files.hpp"
#include "daemon/store/bounds.hpp"
#include "daemon/store/lease_record.hpp"
#include "daemon/systemd/bus.hpp"
#include "daemon/systemd/node_units.hpp"
#include "daemon/systemd/service_reports.hpp"
#include "daemon/systemd/shutdown_delay.hpp"

namespace morpheus {
namespace {

constexpr Millis stop_limit{10'000};  // for a provider call or a client that is under way

// Unset: it was left empty. The configuration was checked.
std::optional<ListenAddress> metrics_address(const Config& config) {
  if (config.metrics.listen.empty()) return std::nullopt;
  return parse_listen(config.metrics.listen).value();
}

// Every adapter, wired. Members are destroyed from the last to the first, the loop's coroutines before what they refer to.
class App {
 public:
  App(Config config, std::string config_path, std::unique_ptr<Store> store, bool node_units, bool after_crash)
      : config_(std::move(config)),
        store_(std::move(store)),
        bus_(loop_.get_executor(), clock_),
        lag_(clock_),
        journal_(clock_, *store_, tally_, loop_.get_executor(), stderr_is_journal() ? &journald_ : nullptr),
        record_(*store_, journal_),
        reload_(config_, std::move(config_path), journal_),
        observations_(config_.growth.sustain),
        probe_(clock_, loop_.get_executor(), config_),
        poller_(clock_, *store_, journal_, probe_, lag_, observations_, loop_.get_executor(), config_),
        secrets_(config_.daemon.state_dir, store_->installation_id(), clock_, ids_),
        node_units_(clock_, bus_, config_.local),
        lease_(clock_, *store_, journal_),
        repairs_(journal_),
        gate_(loop_.get_executor()),
        providers_({loop_.get_executor(), clock_, config_, store_->installation_id(), lease_, repairs_, node_units ? &node_units_ : nullptr}, gate_,
                   [this] { return may_act(*store_); }),
        enclosing_(loop_.get_executor()),
        waits_(clock_, journal_, loop_.get_executor()),
        forests_({loop_.get_executor(), clock_, ids_, *store_, journal_, tally_, observations_, poller_, system_, secrets_,
                  providers_.by_name(), config_, enclosing_, gate_, waits_},
                 after_crash),
        metrics_({clock_, forests_, *store_, tally_, poller_, lag_, providers_.by_name(), secrets_, config_, MORPHEUS_VERSION}),
        backups_(clock_, *store_, config_.daemon.state_dir, MORPHEUS_VERSION),
        control_(loop_.get_executor(), clock_, forests_, record_, MORPHEUS_VERSION, metrics_, backups_),
        metrics_server_(loop_.get_executor(), clock_, record_, metrics_, metrics_address(config_)),
        reports_(loop_.get_executor(), clock_, *store_, journal_, poller_, observations_, config_),
        shutdown_delay_(loop_.get_executor(), clock_, bus_, *store_, journal_, gate_),
        signals_(loop_, SIGTERM, SIGINT, SIGHUP),
        forced_stop_(loop_.get_executor(), tasks_, stop_limit),
        tasks_(loop_.get_executor()) {
    control_.examine_also([this] { return metrics_server_.findings(); });
  }

  Result<> run() {
    warm();
    const auto opened = open_control();
    if (!opened) return opened;
    std::exception_ptr failure;
    asio::co_spawn(loop_, live(), [&failure](std::exception_ptr error) { failure = error; });
    loop_.run();
    if (failure) std::rethrow_exception(failure);
    return {};
  }

 private:
  // Without the stored samples the daemon serves as well, and decides once its own are enough.
  void warm() {
    try {
      warm_from_store(observations_, *store_, clock_.wall(), config_.growth.sustain);
    } catch (const std::exception& error) {
      spdlog::error("the stored samples are not used: {}", error.what());
    }
  }

  // A socket that the service manager holds outlives the daemon, and refuses nobody meanwhile.
  Result<> open_control() {
    const auto passed = take_passed_socket(config_.daemon.socket);
    if (!passed) return passed.error();
    return *passed ? control_.adopt(**passed) : control_.open(config_.daemon.socket);
  }

  asio::awaitable<void> live() {
    tasks_.spawn("system bus", bus_.run());
    tasks_.spawn("loop lag", lag_.run());
    tasks_.spawn("watchdog", reports_.beat());
    tasks_.spawn("signals", obey_signals());
    tasks_.spawn("start", begin());
    co_await tasks_.join();
    forced_stop_.disarm();
    spdlog::info("stopped; the forests go on");
  }

  // Nobody asks anything of the local machines before those that a reboot ended are there again.
  asio::awaitable<void> begin() {
    co_await start_local_machines();
    tasks_.spawn("shutdown delay", shutdown_delay_.run());
    tasks_.spawn("monitor", poller_.run());
    tasks_.spawn("forests", forests_.run());
    tasks_.spawn("metrics", metrics_server_.run());
    tasks_.spawn("control", control_.run());
    tasks_.spawn("service reports", reports_.run());
    spdlog::info("morpheusd {} serves {}", MORPHEUS_VERSION, config_.daemon.socket);
    const auto acts = may_act(*store_);
    if (!acts) spdlog::warn("{}", describe(acts.error()));
  }

  asio::awaitable<void> start_local_machines() {
    try {
      const auto failures = co_await providers_.start_after_boot();
      for (const std::string& what : failures) journal_.record_or_log(daemon_event(EventLevel::error, what));
    } catch (const std::exception& error) {
      if (tasks_.is_cancelled()) throw;
      journal_.record_or_log(daemon_event(EventLevel::error, fmt::format("local machines that a boot of this computer ended are not started again: {} "
                                                                         "(morpheusctl doctor; then restart the daemon)", error.what())));
    }
  }

  asio::awaitable<void> obey_signals() {
    for (;;) {
      const auto signal = co_await signals_.async_wait(asio::use_awaitable);
      if (signal == SIGHUP) {
        co_await reports_.reloading();
        reload();
        co_await reports_.ready();
        continue;
      }
      spdlog::info("{}: stopping", strsignal(signal));
      signals_.clear();  // a second one ends the process at once
      forced_stop_.arm();
      co_await reports_.stopping();
      tasks_.cancel();
      co_return;
    }
  }

  void reload() {
    if (!reload_.take_over()) return;
    observations_.set_window(config_.growth.sustain);
    poller_.hurry();
  }

  Config config_;
  SystemClock clock_;
  SystemIds ids_;
  std::unique_ptr<Store> store_;
  asio::io_context loop_{1};
  Bus bus_;
  LoopLag lag_;
  JournaldLog journald_;
  Tally tally_;
  Journal journal_;
  Record record_;
  ConfigReload reload_;
  Observations observations_;
  HttpProbe probe_;
  Poller poller_;
  NatsRequests system_{ids_};
  SecretFiles secrets_;
  NodeUnits node_units_;
  StoredLease lease_;
  RepairEvents repairs_;
  StepGate gate_;
  Providers providers_;
  Turns enclosing_;
  Waits waits_;
  ForestService forests_;
  Metrics metrics_;
  Backups backups_;
  ControlServer control_;
  MetricsServer metrics_server_;
  ServiceReports reports_;
  ShutdownDelay shutdown_delay_;
  asio::signal_set signals_;
  ForcedStop forced_stop_;
  TaskGroup tasks_;
};

Result<> make_state_dir(const std::string& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (!error) return {};
  return Error{ErrorCode::failed, fmt::format("daemon.state_dir {}: {}", path, error.message()),
               "make it, or give morpheusd the right to"};
}

// What ends it by an exception is a fault of the program.
Result<> serve(App& app) {
  try {
    return app.run();
  } catch (const std::exception& error) {
    CrashMark::leave();
    return Error{ErrorCode::failed, error.what(), "journalctl -u morpheusd"};
  }
}

}  // namespace

Result<> run_local_node(const Config& config, const std::string& instance) {
  return run_node(config.daemon.state_dir, config.local, instance);
}

Result<> run_app(Config config, const std::string& config_path, bool node_units) {
  const auto made = make_state_dir(config.daemon.state_dir);
  if (!made) return made;
  const auto lock = LockFile::take(config.daemon.state_dir + "/lock", config.daemon.state_dir, "daemon.state_dir");
  if (!lock) return lock.error();
  sweep_restore({config.daemon.state_dir, config.daemon.database});
  const auto prepared = prepare_local(config.daemon.state_dir);
  if (!prepared) return prepared;
  SystemIds ids;
  auto store = Store::open(config.daemon.database, ids.random_hex(bounds::installation_id_bytes));
  if (!store) return store.error();
  try {
    (*store)->give_holder(ids.random_hex(bounds::holder_bytes));
  } catch (const StoreError& error) {
    return Error{ErrorCode::failed, error.what(), "morpheusd begins when its database can be written"};
  }
  const CrashMark crash(config.daemon.state_dir + "/crashed");
  try {
    App app(std::move(config), config_path, *std::move(store), node_units, crash.was_left());
    return serve(app);
  } catch (const std::exception& error) {
    return Error{ErrorCode::failed, error.what(), "morpheusd begins when that is put right"};
  }
}

}  // namespace morpheus
