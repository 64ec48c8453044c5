#include "tests/tools/nats_server.hpp"

#include <fmt/format.h>

#include <fstream>
#include <stdexcept>

#include "tests/tools/free_address.hpp"
#include "tests/tools/http_get.hpp"

namespace morpheus {
namespace {

constexpr std::chrono::seconds server_start_limit{20};

}  // namespace

NatsServer::NatsServer() : address_(free_address()) {
  start(fmt::format("jetstream {{ store_dir: \"{}\", max_mem: 64MB, max_file: 1GB }}\n",
                    (dir_ / "jetstream").string()));
}

NatsServer::NatsServer(const Routes& cluster) : address_(free_address()) {
  auto text = fmt::format("cluster {{ name: tests, listen: \"{}:6222\", advertise: \"{}:6222\", routes: [",
                          address_, address_);
  for (const auto* other : cluster.servers)
    text += fmt::format("\"nats-route://{}:6222\" ", other->address());
  start(text + "] }\n");
}

void NatsServer::start(const std::string& more) {
  std::ofstream(dir_ / "nats.conf") << fmt::format(
                                           "server_name: \"{0}\"\nlisten: \"{0}:4222\"\nhttp: \"{0}:8222\"\n",
                                           address_)
                                    << more;
  restart();
}

void NatsServer::restart() {
  child_.reset();
  child_.emplace(
      Command{{nats_server_path, "-c", (dir_ / "nats.conf").string()}, {}, dir_ / "log", dir_ / "log"});
  const auto answers = [this] { return http_get(address_, 8222, "healthz") || !child_->running(); };
  if (wait_until(answers, server_start_limit) && child_->running()) return;
  throw std::runtime_error("nats-server does not answer; its log:\n" + log());
}

}  // namespace morpheus
