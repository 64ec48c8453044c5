#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "common/config/config.hpp"
#include "daemon/provider/gated_provider.hpp"
#include "daemon/provider/lease/lease_holder.hpp"
#include "daemon/provider/local/server_starter.hpp"
#include "daemon/provider/repairs.hpp"

namespace morpheus {

// What providers are made of.
struct ProviderParts {
  asio::any_io_executor executor;
  Clock& clock;
  const Config& config;
  std::string installation_id;
  LeaseHolder& lease;
  Repairs& repairs;
  ServerStarter* starter;  // of local servers; null: they are processes of this daemon
};

// One of each kind (common/model/provider_kind.hpp), behind the gate.
class Providers {
 public:
  // As GatedProvider: the error of `may_change` is the answer to a call that would change something.
  Providers(const ProviderParts& parts, StepGate& gate, const std::function<Result<>()>& may_change);

  // By the name that forests keep.
  const std::map<std::string, Provider*>& by_name() const { return by_name_; }

  // Starts again what a boot of this computer ended; a sentence for each that stays down. To be awaited before anything is asked of them.
  asio::awaitable<std::vector<std::string>> start_after_boot();

 private:
  std::vector<std::unique_ptr<Provider>> providers_;
  std::vector<std::unique_ptr<GatedProvider>> gated_;
  std::map<std::string, Provider*> by_name_;
};

}  // namespace morpheus
