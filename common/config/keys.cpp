#include "common/config/keys.hpp"

#include "common/config/key_makers.hpp"

namespace morpheus {
namespace {

using namespace key_makers;

constexpr auto restart = Reload::needs_restart;
constexpr std::int64_t mebibyte = std::int64_t{1} << 20;
constexpr std::int64_t pebibyte = std::int64_t{1} << 50;

Result<int> parse_core_nodes(const std::string& text) {
  if (text == "1" || text == "3" || text == "5") return text.front() - '0';
  return Error{ErrorCode::invalid, fmt::format("\"{}\" core nodes make no sound quorum", text),
               "use 1, 3 or 5"};
}

#define MEMBER(path) \
  [](auto& c) -> auto& { return c.path; }

void add_daemon(std::vector<Key>& keys) {
  const auto absolute = "an absolute path";
  keys.push_back(text_key({"daemon.socket", absolute, "control socket; at most 107 bytes", restart},
                          check_socket_path, MEMBER(daemon.socket)));
  keys.push_back(text_key({"daemon.database", absolute, "SQLite database; one daemon a database", restart},
                          check_absolute_path, MEMBER(daemon.database)));
  keys.push_back(text_key(
      {"daemon.state_dir", absolute, "directory of the forests' secrets and the local machines", restart},
      check_absolute_path, MEMBER(daemon.state_dir)));
  keys.push_back(text_key({"daemon.log_level", "debug, info, warning or error", "least level that is logged"},
                          check_log_level, MEMBER(daemon.log_level)));
}

void add_monitor(std::vector<Key>& keys) {
  constexpr Millis second{1'000};
  keys.push_back(time_key({"monitor.poll_interval", "", "between two polls of a node"}, Millis{100},
                          3'600 * second, MEMBER(monitor.poll_interval)));
  keys.push_back(time_key({"monitor.connect_timeout", "", "for a connection to a node"}, Millis{10},
                          60 * second, MEMBER(monitor.connect_timeout)));
  keys.push_back(
      time_key({"monitor.timeout", "", "for a node's whole answer; at least monitor.connect_timeout"},
               Millis{10}, 60 * second, MEMBER(monitor.timeout)));
  keys.push_back(
      bool_key({"monitor.host_metrics", "",
                "let admins reach port 9100 of machines, for their own numbers; morpheusd does not ask there so far", restart},
               MEMBER(monitor.host_metrics)));
}

void add_growth(std::vector<Key>& keys) {
  const auto percent = "percent, may have a fraction";
  const auto seconds = "whole seconds";
  constexpr Millis second{1'000};
  constexpr Millis minute{60'000};
  keys.push_back(
      bool_key({"growth.enabled", "", "the daemon grows forests by itself"}, MEMBER(growth.enabled)));
  keys.push_back(number_key({"growth.threshold_cpu", percent, "of a machine's cores, on any node"}, 1, 100,
                            MEMBER(growth.threshold_cpu)));
  keys.push_back(number_key({"growth.threshold_memory", percent, "of a machine's memory, on any node"}, 1,
                            100, MEMBER(growth.threshold_memory)));
  keys.push_back(number_key(
      {"growth.max_nodes", "a whole number", "nodes of one forest that may exist, whatever their state"}, 1,
      10'000, MEMBER(growth.max_nodes)));
  keys.push_back(count_of_time_key(
      {"growth.cooldown_minutes", "minutes, may have a fraction", "between two growths of a forest"}, minute, Whole::no, 10'080,
      MEMBER(growth.cooldown)));
  keys.push_back(count_of_time_key({"growth.sustain_seconds", seconds,
                             "how long a threshold must be exceeded; 0: one sample is enough, else at least "
                             "monitor.poll_interval"},
                            second, Whole::yes, 3'600, MEMBER(growth.sustain)));
  keys.push_back(count_of_time_key(
      {"growth.settle_seconds", seconds, "how long a growth may take to show, before it is called futile"}, second, Whole::yes, 86'400,
      MEMBER(growth.settle)));
  keys.push_back(
      number_key({"growth.max_monthly_cost", "a number",
                  "limit over all forests, net, in the provider's currency; without it there is none"},
                 0, 1e9, MEMBER(growth.max_monthly_cost)));
  keys.push_back(bool_key({"growth.rebalance", "", "make clients move to new nodes; without effect so far"},
                          MEMBER(growth.rebalance)));
}

void add_jetstream(std::vector<Key>& keys) {
  keys.push_back(scalar_key(
      {"jetstream.core_nodes", "1, 3 or 5", "nodes of a forest that hold JetStream; later ones are edges"},
      "", MEMBER(jetstream.core_nodes), parse_core_nodes,
      [](int value) { return fmt::format("{}", value); }));
  keys.push_back(size_key({"jetstream.max_memory", "", "memory for streams, on each core node"}, mebibyte,
                          pebibyte, MEMBER(jetstream.max_memory)));
  keys.push_back(size_key({"jetstream.max_file", "", "disk for streams, on each core node"}, mebibyte,
                          pebibyte, MEMBER(jetstream.max_file)));
}

void add_integration(std::vector<Key>& keys) {
  const auto url = "a web address";
  keys.push_back(bool_key({"integration.nats_install", "", "machines install nats-server", restart},
                          MEMBER(integration.nats_install)));
  keys.push_back(text_key({"integration.nats_version", "a version", "of nats-server on machines", restart},
                          check_version, MEMBER(integration.nats_version)));
  keys.push_back(list_key({"integration.nats_download_urls", "a list of web addresses",
                           "tried in order; none: the release page of nats-server", restart},
                          check_download, MEMBER(integration.nats_download_urls)));
  keys.push_back(list_key({"integration.nats_sha256", "a list of checksums",
                           "SHA-256 of the archives that may run, one for each architecture; none: SHA256SUMS beside the archive", restart},
                          check_sha256, MEMBER(integration.nats_sha256)));
  keys.push_back(bool_key({"integration.nimsforest_install", "", "machines install NimsForest", restart},
                          MEMBER(integration.nimsforest_install)));
  keys.push_back(text_key({"integration.nimsforest_download_url", url, "of the NimsForest program", restart},
                          check_download, MEMBER(integration.nimsforest_download_url)));
  keys.push_back(text_key({"integration.nimsforest_sha256", "a checksum",
                           "SHA-256 of the program; empty: not checked", restart},
                          check_optional_sha256, MEMBER(integration.nimsforest_sha256)));
}

void add_providers(std::vector<Key>& keys) {
  keys.push_back(text_key({"local.nats_server", "an absolute path", "nats-server for local nodes", restart},
                          check_absolute_path, MEMBER(local.nats_server)));
  keys.push_back(number_key({"local.cores", "a whole number", "cores of a local machine", restart}, 1, 1'024,
                            MEMBER(local.cores)));
  keys.push_back(number_key({"local.memory_mb", "MiB, whole", "memory of a local machine", restart}, 16,
                            16'777'216, MEMBER(local.memory_mb)));
  keys.push_back(text_key({"hetzner.endpoint", "a web address", "of the API", restart}, check_http_url,
                          MEMBER(hetzner.endpoint)));
  keys.push_back(text_key({"hetzner.token_file", "an absolute path",
                           "file of the API token; empty: systemd credential, or HCLOUD_TOKEN", restart},
                          check_optional_path, MEMBER(hetzner.token_file)));
  keys.push_back(list_key(
      {"hetzner.server_types", "a list of names", "machine types, the first that is available", restart},
      check_word, MEMBER(hetzner.server_types)));
  keys.push_back(
      list_key({"hetzner.locations", "a list of names", "where machines may be, in this order", restart},
               check_word, MEMBER(hetzner.locations)));
  keys.push_back(text_key({"hetzner.image", "a name", "operating system image", restart}, check_word,
                          MEMBER(hetzner.image)));
  keys.push_back(list_key(
      {"hetzner.ssh_keys", "a list of names", "SSH keys that may log in: by name, fingerprint, public key or its path", restart},
      [](const std::string& text) -> Result<> {
        if (!text.empty()) return {};
        return Error{ErrorCode::invalid, "an empty name", "write the key's name"};
      },
      MEMBER(hetzner.ssh_keys)));
  keys.push_back(
      bool_key({"hetzner.ipv4", "", "machines have an IPv4 address too", restart}, MEMBER(hetzner.ipv4)));
  constexpr Millis second{1'000};
  keys.push_back(time_key({"hetzner.boot_limit", "", "for a machine to boot, install NATS and answer", restart}, 10 * second,
                          3'600 * second, MEMBER(hetzner.boot_limit)));
  keys.push_back(time_key({"hetzner.join_limit", "", "for a server that answers to join its forest", restart}, 10 * second,
                          3'600 * second, MEMBER(hetzner.join_limit)));
}

void add_security(std::vector<Key>& keys) {
  const auto networks = "a list of networks";
  keys.push_back(list_key(
      {"security.admin_cidrs", networks, "from where SSH, clients and monitoring are reached", restart},
      check_cidr, MEMBER(security.admin_cidrs)));
  keys.push_back(
      list_key({"security.client_cidrs", networks, "from where the client port is reached", restart},
               check_cidr, MEMBER(security.client_cidrs)));
}

void add_metrics(std::vector<Key>& keys) {
  keys.push_back(text_key({"metrics.listen", "an address with a port",
                           "where GET /metrics is answered, to anyone who reaches it; empty: on the control socket alone", restart},
                          check_listen, MEMBER(metrics.listen)));
}

#undef MEMBER

std::vector<Key> make_keys() {
  std::vector<Key> keys;
  add_daemon(keys);
  add_monitor(keys);
  add_growth(keys);
  add_jetstream(keys);
  add_integration(keys);
  add_providers(keys);
  add_security(keys);
  add_metrics(keys);
  return keys;
}

}  // namespace

std::span<const Key> config_keys() {
  static const std::vector<Key> keys = make_keys();
  return keys;
}

std::vector<Conflict> find_conflicts(const Config& config) {
  std::vector<Conflict> conflicts;
  const auto& monitor = config.monitor;
  if (monitor.timeout < monitor.connect_timeout) {
    conflicts.push_back(
        {"monitor.timeout", "monitor.connect_timeout",
         fmt::format("{} is shorter than monitor.connect_timeout: use {} or more",
                     format_duration(monitor.timeout), format_duration(monitor.connect_timeout))});
  }
  const auto window = std::chrono::floor<std::chrono::seconds>(config.growth.sustain);
  if (window.count() > 0 && window < monitor.poll_interval) {
    conflicts.push_back(
        {"growth.sustain_seconds", "monitor.poll_interval",
         fmt::format("a window of {} is shorter than monitor.poll_interval: use 0, or {} or more",
                     window.count(),
                     std::chrono::ceil<std::chrono::seconds>(monitor.poll_interval).count())});
  }
  if (config.daemon.database == config.daemon.socket) {
    conflicts.push_back({"daemon.database", "daemon.socket", "is daemon.socket too: give each a path of its own"});
  }
  return conflicts;
}

}  // namespace morpheus
