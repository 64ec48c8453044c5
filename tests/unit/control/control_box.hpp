#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <thread>

#include "daemon/control/server.hpp"
#include "daemon/runtime/system_clock.hpp"
#include "daemon/runtime/task_group.hpp"
#include "daemon/store/journal.hpp"
#include "tests/tools/temp_dir.hpp"
#include "tests/unit/control/client.hpp"
#include "tests/unit/control/fake_forests.hpp"

namespace morpheus {

// A real control server on a real socket with a real store, its loop in a thread of its own.
class ControlBox {
 public:
  explicit ControlBox(ControlLimits limits = {}, PeerGroups groups = {});
  ~ControlBox();

  std::string socket() const { return dir_ / "run" / "control.sock"; }

  // Runs `work` on the loop, and waits for it.
  void on_loop(const std::function<void()>& work);
  // Asks the loop until it says yes; false: not within 20 s.
  bool comes_true(const std::function<bool()>& question);

  std::size_t sessions();
  bool sessions_become(std::size_t count) {
    return comes_true([&] { return server_->sessions() == count; });
  }
  bool sessions_reach(std::size_t least) {
    return comes_true([&] { return server_->sessions() >= least; });
  }
  void record(const std::string& message, const std::string& forest = "demo", std::int64_t operation = 0);
  std::int64_t add_operation(OperationState state);
  // With its last event, as the daemon ends one.
  void end_operation(std::int64_t id, const std::string& message);

  // Cancels the server; false: it did not end within 20 s.
  bool stop();

  FakeForests forests;
  FakeMetrics metrics;
  Store& store() { return *store_; }

 private:
  TempDir dir_;
  SystemClock clock_;
  std::unique_ptr<Store> store_;
  asio::io_context loop_{1};
  Tally tally_;
  Journal journal_;
  Record record_;
  Backups backups_;
  std::unique_ptr<ControlServer> server_;
  TaskGroup tasks_;
  std::promise<void> ended_;
  std::thread thread_;
};

}  // namespace morpheus
