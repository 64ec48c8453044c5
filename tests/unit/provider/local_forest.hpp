#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "daemon/provider/local/local_provider.hpp"
#include "daemon/secrets/nkey.hpp"
#include "tests/unit/provider/real_servers.hpp"

namespace morpheus {

// A forest "f" of real servers, made through the provider as the daemon does. Whatever is left is destroyed
// at the end.
class LocalForest {
 public:
  LocalForest() : installation_(scratch_.path().filename().string()) {
    config_.nats_server = real_nats_server;
  }

  ~LocalForest() {
    LocalProvider last(clock_, state_dir(), installation_, config_);
    const auto left = run(last.list("f"));
    if (!left) return;
    for (const Machine& machine : *left) {
      const auto destroyed = run(last.destroy(machine.name));
      if (!destroyed) ADD_FAILURE() << describe(destroyed.error());
    }
  }

  LocalProvider& provider() {
    if (!provider_) provider_ = std::make_unique<LocalProvider>(clock_, state_dir(), installation_, config_);
    return *provider_;
  }
  // The id that the addresses come from: another one for each test, as tests run side by side.
  const std::string& installation() const { return installation_; }
  Clock& clock() { return clock_; }
  const Config::Local& config() const { return config_; }
  std::filesystem::path state_dir() const { return scratch_.path() / "state"; }
  std::filesystem::path machine_path(const std::string& name) const {
    return std::filesystem::canonical(state_dir()) / "local" / name;
  }

  // A core of its own, with a witness or alone.
  MachineSpec spec_of(const std::string& name, bool witness = false) const {
    Node node;
    node.name = node.server_name = name;
    node.witness = witness;
    return spec_of(node, {}, 0);
  }
  MachineSpec spec_of(const Node& node, const std::vector<Node>& nodes, int planted_cores) const {
    Forest forest;
    forest.name = "f";
    MachineSpec spec;
    spec.name = node.name;
    spec.forest = "f";
    spec.intent = "intent of " + node.name;
    spec.address = node.address;
    spec.image = make_node_spec(forest, node, nodes, planted_cores, secrets(), Config::JetStream{});
    return spec;
  }
  static const ForestSecrets& secrets() {
    static const ForestSecrets made = [] {
      SystemIds ids;
      const Nkey system = make_user_nkey(ids);
      return ForestSecrets{"route$ \"\\%", system.seed, system.public_key, "retire"};
    }();
    return made;
  }

  Result<Machine> create(const std::string& name, bool witness = false) {
    return run(provider().create(spec_of(name, witness)));
  }

  std::string address_of(const std::string& name) {
    const auto machine = run(provider().find(name));
    return machine && *machine ? (*machine)->address : std::string();
  }

  // Makes stream S through that machine and stores a message; false if it was not acknowledged.
  bool publish_one(const std::string& name) {
    const auto address = address_of(name);
    // Without a leader nobody answers, and the wait for the answer would be in vain.
    if (!eventually([&] { return get_json(address, 8222, "/healthz?js-server-only=true").has_value(); }))
      return false;
    const bool made = eventually([&] {
      const auto answer = nats_request(address, "$JS.API.STREAM.CREATE.S",
                                       R"({"name":"S","subjects":["s.>"],"storage":"file"})");
      return answer && !answer->contains("error");
    });
    return made && member(nats_request(address, "s.1", "\"hello\""), "seq") == 1;
  }

  // How many messages stream S has, asked at that machine; -1 without an answer.
  int messages_in(const std::string& name) {
    const auto state = member(nats_request(address_of(name), "$JS.API.STREAM.INFO.S", ""), "state");
    return state.is_object() ? state.value("messages", -1) : -1;
  }

 private:
  ScratchDir scratch_;
  std::string installation_;
  SystemClock clock_;
  Config::Local config_;
  std::unique_ptr<LocalProvider> provider_;
};

}  // namespace morpheus
