#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/model/time.hpp"

namespace morpheus {

// /etc/morpheusd.yaml with every default filled in. Names are the file's; config/keys.cpp is the one table of
// them, with units, ranges and texts. Unset optionals are "no limit" or "not configured".
struct Config {
  struct Daemon {
    std::string socket = "/run/morpheus/control.sock";
    std::string database = "/var/lib/morpheus/morpheus.db";
    std::string state_dir = "/var/lib/morpheus";
    std::string log_level = "info";  // debug, info, warning, error
  } daemon;

  struct Monitor {
    Millis poll_interval{10'000};
    Millis connect_timeout{1'000};
    Millis timeout{3'000};  // for a whole answer
    bool host_metrics = false;
  } monitor;

  struct Growth {
    bool enabled = false;
    double threshold_cpu = 80;     // percent of a machine
    double threshold_memory = 80;  // percent of a machine
    int max_nodes = 10;            // of one forest
    Millis cooldown{15 * 60'000};            // of a forest, between two growths
    Millis sustain{60'000};                  // how long a threshold must be exceeded; 0: one sample is enough
    Millis settle{300'000};                  // how long a growth may take to show, before it is called futile
    std::optional<double> max_monthly_cost;  // over all forests, net, in the provider's currency
    bool rebalance = false;
  } growth;

  struct JetStream {
    int core_nodes = 3;
    std::int64_t max_memory = std::int64_t{1} << 30;  // bytes
    std::int64_t max_file = std::int64_t{10} << 30;   // bytes
  } jetstream;

  struct Integration {
    bool nats_install = true;
    std::string nats_version = "2.10.24";
    std::vector<std::string> nats_download_urls;
    std::vector<std::string> nats_sha256;
    bool nimsforest_install = true;
    std::string nimsforest_download_url = "https://nimsforest.io/bin/nimsforest";
    std::string nimsforest_sha256;
  } integration;

  struct Local {
    std::string nats_server = "/usr/sbin/nats-server";
    int cores = 2;
    int memory_mb = 512;  // MiB, as /varz's `mem` is compared with it
  } local;

  struct Hetzner {
    std::string endpoint = "https://api.hetzner.cloud/v1";
    std::string token_file;
    std::vector<std::string> server_types;
    std::vector<std::string> locations;
    std::string image = "debian-12";
    std::vector<std::string> ssh_keys;
    bool ipv4 = true;
    Millis boot_limit{600'000};  // from a machine that is created to its NATS server's answer
    Millis join_limit{300'000};  // from there to a node of the forest
  } hetzner;

  struct Security {
    std::vector<std::string> admin_cidrs;
    std::vector<std::string> client_cidrs;
  } security;

  struct Metrics {
    std::string listen;  // ADDRESS:PORT; empty: nowhere
  } metrics;
};

}  // namespace morpheus
