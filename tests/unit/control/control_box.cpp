#include "tests/unit/control/control_box.hpp"

#include <gtest/gtest.h>
#include <spdlog/spdlog.h>

namespace morpheus {
namespace {
constexpr std::chrono::seconds request_patience{20};
}

ControlBox::ControlBox(ControlLimits limits, PeerGroups groups)
    : store_(Store::open(dir_ / "morpheus.db", "0123456789abcdef").value()),
      journal_(clock_, *store_, tally_, loop_.get_executor()),
      record_(*store_, journal_),
      backups_(clock_, *store_, dir_.path().string(), "1.2.3"),
      server_(std::make_unique<ControlServer>(loop_.get_executor(), clock_, forests, record_,
                                              "1.2.3", metrics, backups_, limits, std::move(groups))),
      tasks_(loop_.get_executor()) {
  spdlog::set_level(spdlog::level::off);
  std::filesystem::permissions(dir_.path(), std::filesystem::perms(0755));
  server_->open(socket()).value();
  tasks_.spawn("control", server_->run());
  thread_ = std::thread([this] {
    loop_.run();
    ended_.set_value();
  });
}

ControlBox::~ControlBox() {
  if (!thread_.joinable() || stop()) return;
  ADD_FAILURE() << "the server does not end";
  loop_.stop();
  thread_.join();
}

void ControlBox::on_loop(const std::function<void()>& work) {
  std::packaged_task<void()> task(work);
  auto done = task.get_future();
  asio::post(loop_, [&task] { task(); });
  done.get();
}

bool ControlBox::comes_true(const std::function<bool()>& question) {
  const auto deadline = std::chrono::steady_clock::now() + request_patience;
  bool yes = false;
  while (!yes && std::chrono::steady_clock::now() < deadline) on_loop([&] { yes = question(); });
  return yes;
}

std::size_t ControlBox::sessions() {
  std::size_t count = 0;
  on_loop([&] { count = server_->sessions(); });
  return count;
}

void ControlBox::record(const std::string& message, const std::string& forest, std::int64_t operation) {
  Event event;
  event.kind = "node";
  event.forest = forest;
  event.operation_id = operation;
  event.message = message;
  on_loop([&] { journal_.record(event); });
}

std::int64_t ControlBox::add_operation(OperationState state) {
  Operation operation;
  operation.forest = "demo";
  operation.kind = OperationKind::grow;
  operation.state = state;
  operation.started = clock_.stamp();
  if (state != OperationState::running) operation.ended = clock_.stamp();
  on_loop([&] { operation.id = store_->add_operation(operation); });
  return operation.id;
}

void ControlBox::end_operation(std::int64_t id, const std::string& message) {
  on_loop([&] {
    auto operation = store_->operation(id).value();
    operation.state = OperationState::succeeded;
    operation.ended = clock_.stamp();
    store_->update_operation(operation);
    Event event;
    event.kind = "operation";
    event.forest = operation.forest;
    event.operation_id = id;
    event.message = message;
    journal_.record(event);
  });
}

bool ControlBox::stop() {
  asio::post(loop_, [this] { tasks_.cancel(); });
  if (ended_.get_future().wait_for(request_patience) != std::future_status::ready) return false;
  thread_.join();
  return true;
}

}  // namespace morpheus
