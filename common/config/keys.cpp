#include "common/config/keys.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <charconv>
#include <cmath>

#include "common/config/units.hpp"

namespace morpheus {
namespace {

constexpr std::size_t longest_socket_path = 107;  // sun_path with its zero, unix(7)

using Values = std::vector<std::string>;
using Setter = std::function<Result<>(Config&, const Values&)>;

Error wrong(std::string message, std::string hint = "") { return {ErrorCode::invalid, std::move(message), std::move(hint)}; }

Result<double> number(const std::string& text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc() && end == text.data() + text.size() && std::isfinite(value)) return value;
  return wrong(fmt::format("\"{}\" is not a number", text));
}

// Checks of one scalar, each an error or nothing.
using Check = Result<> (*)(const std::string&);

Result<> absolute_path(const std::string& text) {
  if (text.starts_with('/')) return {};
  return wrong(fmt::format("\"{}\" is not an absolute path", text), "begin it with /");
}

Result<> socket_path(const std::string& text) {
  if (text.size() > longest_socket_path) {
    return wrong(fmt::format("a socket's path has at most {} bytes, this has {}", longest_socket_path, text.size()));
  }
  return absolute_path(text);
}

Result<> log_level(const std::string& text) {
  for (const auto* level : {"debug", "info", "warning", "error"}) {
    if (text == level) return {};
  }
  return wrong(fmt::format("\"{}\" is not a log level", text), "write debug, info, warning or error");
}

Result<> http_url(const std::string& text) {
  if (text.starts_with("https://") || text.starts_with("http://")) return {};
  return wrong(fmt::format("\"{}\" is not a web address", text), "begin it with https://");
}

Result<> cidr(const std::string& text) {
  const auto slash = text.find('/');
  const auto address = text.substr(0, slash);
  unsigned char bytes[16];
  const bool v4 = ::inet_pton(AF_INET, address.c_str(), bytes) == 1;
  const bool v6 = ::inet_pton(AF_INET6, address.c_str(), bytes) == 1;
  const auto prefix = slash == std::string::npos ? Result<double>(wrong("")) : number(text.substr(slash + 1));
  const double longest = v4 ? 32 : 128;
  if ((v4 || v6) && prefix && *prefix >= 0 && *prefix <= longest && std::floor(*prefix) == *prefix) return {};
  return wrong(fmt::format("\"{}\" is not a network", text), "write it like 203.0.113.0/24 or 2001:db8::/32");
}

Result<> anything(const std::string&) { return {}; }

// Makers of a key of each kind; `member` finds the value in the configuration.
template <class Member>
Key text_key(std::string_view name, std::string_view kind, std::string_view text, bool restart, Check check, Member member) {
  return {name, kind, text, restart, false,
          [check, member](Config& config, const Values& values) -> Result<> {
            const auto checked = check(values.front());
            if (checked) member(config) = values.front();
            return checked;
          },
          [member](const Config& config) { return member(config); }};
}

template <class Member>
Key list_key(std::string_view name, std::string_view kind, std::string_view text, Check check, Member member) {
  return {name, kind, text, true, true,
          [check, member](Config& config, const Values& values) -> Result<> {
            for (const auto& value : values) {
              const auto checked = check(value);
              if (!checked) return checked;
            }
            member(config) = values;
            return {};
          },
          [member](const Config& config) { return fmt::format("{}", fmt::join(member(config), ", ")); }};
}

template <class Member>
Key bool_key(std::string_view name, std::string_view text, bool restart, Member member) {
  return {name, "true or false", text, restart, false,
          [member](Config& config, const Values& values) -> Result<> {
            const auto& value = values.front();
            if (value != "true" && value != "false") {
              return wrong(fmt::format("\"{}\" is neither true nor false", value), "write true or false");
            }
            member(config) = value == "true";
            return {};
          },
          [member](const Config& config) -> std::string { return member(config) ? "true" : "false"; }};
}

// A number of whatever type the member has, from `least` to `most`.
template <class Member>
Key number_key(std::string_view name, std::string_view kind, std::string_view text, bool restart, double least, double most,
               Member member) {
  return {name, kind, text, restart, false,
          [least, most, member](Config& config, const Values& values) -> Result<> {
            auto& target = member(config);
            using Target = std::remove_reference_t<decltype(target)>;
            const auto value = number(values.front());
            if (!value) return value.error();
            if (std::is_integral_v<Target> && std::floor(*value) != *value) {
              return wrong(fmt::format("{} is not a whole number", values.front()));
            }
            if (*value < least || *value > most) {
              return wrong(fmt::format("{} is out of range", values.front()), fmt::format("use {:g} to {:g}", least, most));
            }
            target = static_cast<Target>(*value);
            return {};
          },
          [member](const Config& config) { return fmt::format("{:g}", double(member(config))); }};
}

template <class Member>
Key time_key(std::string_view name, std::string_view text, Millis least, Millis most, Member member) {
  return {name, "a time", text, false, false,
          [least, most, member](Config& config, const Values& values) -> Result<> {
            const auto value = parse_duration(values.front());
            if (!value) return value.error();
            if (*value < least || *value > most) {
              return wrong(fmt::format("{} is out of range", values.front()),
                           fmt::format("use {} ms to {} s", least.count(), most.count() / 1000));
            }
            member(config) = *value;
            return {};
          },
          [member](const Config& config) { return fmt::format("{}ms", member(config).count()); }};
}

template <class Member>
Key size_key(std::string_view name, std::string_view text, Member member) {
  return {name, "a size", text, false, false,
          [member](Config& config, const Values& values) -> Result<> {
            const auto value = parse_size(values.front());
            if (!value) return value.error();
            member(config) = *value;
            return {};
          },
          [member](const Config& config) { return fmt::format("{}", member(config)); }};
}

Key core_nodes_key() {
  return {"jetstream.core_nodes", "1, 3 or 5", "nodes of a forest that hold JetStream; every later one is an edge", false, false,
          [](Config& config, const Values& values) -> Result<> {
            const auto& value = values.front();
            if (value != "1" && value != "3" && value != "5") {
              return wrong(fmt::format("{} core nodes make no sound quorum", value), "use 1, 3 or 5");
            }
            config.jetstream.core_nodes = value.front() - '0';
            return {};
          },
          [](const Config& config) { return fmt::format("{}", config.jetstream.core_nodes); }};
}

Key monthly_cost_key() {
  return {"growth.max_monthly_cost", "a number", "limit over all forests, net, in the provider's currency; unset: none", false,
          false,
          [](Config& config, const Values& values) -> Result<> {
            const auto value = number(values.front());
            if (!value) return value.error();
            if (*value < 0) return wrong(fmt::format("{} is negative", values.front()));
            config.growth.max_monthly_cost = *value;
            return {};
          },
          [](const Config& config) {
            return config.growth.max_monthly_cost ? fmt::format("{:g}", *config.growth.max_monthly_cost) : "";
          }};
}

#define MEMBER(path) [](auto& c) -> auto& { return c.path; }

std::vector<Key> make_keys() {
  using std::chrono::hours;
  std::vector<Key> keys;
  keys.push_back(text_key("daemon.socket", "a path", "control socket", true, socket_path, MEMBER(daemon.socket)));
  keys.push_back(text_key("daemon.database", "a path", "SQLite database", true, absolute_path, MEMBER(daemon.database)));
  keys.push_back(text_key("daemon.state_dir", "a path", "the forests' secrets, and local machines", true, absolute_path,
                          MEMBER(daemon.state_dir)));
  keys.push_back(text_key("daemon.log_level", "debug, info, warning or error", "least level that is logged", false, log_level,
                          MEMBER(daemon.log_level)));
  keys.push_back(time_key("monitor.poll_interval", "between two polls of a node", Millis{100}, hours{1},
                          MEMBER(monitor.poll_interval)));
  keys.push_back(time_key("monitor.connect_timeout", "for a connection to a node", Millis{10}, Millis{60'000},
                          MEMBER(monitor.connect_timeout)));
  keys.push_back(time_key("monitor.timeout", "for all answers of a poll", Millis{10}, Millis{60'000}, MEMBER(monitor.timeout)));
  keys.push_back(bool_key("monitor.host_metrics", "ask the machines for their own numbers too", true,
                          MEMBER(monitor.host_metrics)));
  keys.push_back(bool_key("growth.enabled", "the daemon grows forests by itself", false, MEMBER(growth.enabled)));
  keys.push_back(number_key("growth.threshold_cpu", "a percentage", "of a machine, on any node", false, 1, 100,
                            MEMBER(growth.threshold_cpu)));
  keys.push_back(number_key("growth.threshold_memory", "a percentage", "of a machine, on any node", false, 1, 100,
                            MEMBER(growth.threshold_memory)));
  keys.push_back(number_key("growth.max_nodes", "a number", "of one forest, whatever their state", false, 1, 1000,
                            MEMBER(growth.max_nodes)));
  keys.push_back(number_key("growth.cooldown_minutes", "minutes", "between two growths of a forest; may have a fraction", false,
                            0, 10'080, MEMBER(growth.cooldown_minutes)));
  keys.push_back(number_key("growth.sustain_seconds", "seconds", "a threshold must be exceeded for", false, 0, 3'600,
                            MEMBER(growth.sustain_seconds)));
  keys.push_back(number_key("growth.settle_seconds", "seconds", "a growth has to show, before it is called futile", false, 0,
                            86'400, MEMBER(growth.settle_seconds)));
  keys.push_back(monthly_cost_key());
  keys.push_back(bool_key("growth.rebalance", "make clients move to new nodes", true, MEMBER(growth.rebalance)));
  keys.push_back(core_nodes_key());
  keys.push_back(size_key("jetstream.max_memory", "memory for streams, a node", MEMBER(jetstream.max_memory)));
  keys.push_back(size_key("jetstream.max_file", "disk for streams, a node", MEMBER(jetstream.max_file)));
  keys.push_back(bool_key("integration.nats_install", "machines install nats-server", true, MEMBER(integration.nats_install)));
  keys.push_back(text_key("integration.nats_version", "a version", "of nats-server on machines", true, anything,
                          MEMBER(integration.nats_version)));
  keys.push_back(list_key("integration.nats_download_urls", "a list of web addresses", "tried in order; empty: the release page",
                          http_url, MEMBER(integration.nats_download_urls)));
  keys.push_back(bool_key("integration.nimsforest_install", "machines install NimsForest", true,
                          MEMBER(integration.nimsforest_install)));
  keys.push_back(text_key("integration.nimsforest_download_url", "a web address", "of the NimsForest program", true, http_url,
                          MEMBER(integration.nimsforest_download_url)));
  keys.push_back(text_key("local.nats_server", "a path", "nats-server for local nodes", true, absolute_path,
                          MEMBER(local.nats_server)));
  keys.push_back(number_key("local.cores", "a number", "cores of a local machine", true, 1, 1024, MEMBER(local.cores)));
  keys.push_back(number_key("local.memory_mb", "MiB", "memory of a local machine", true, 16, 16'777'216,
                            MEMBER(local.memory_mb)));
  keys.push_back(text_key("hetzner.endpoint", "a web address", "of the API", true, http_url, MEMBER(hetzner.endpoint)));
  keys.push_back(text_key("hetzner.token_file", "a path", "of the API token; empty: systemd credential or HCLOUD_TOKEN", true,
                          anything, MEMBER(hetzner.token_file)));
  keys.push_back(list_key("hetzner.server_types", "a list", "machine types, the first that is available", anything,
                          MEMBER(hetzner.server_types)));
  keys.push_back(list_key("hetzner.locations", "a list", "locations, never left", anything, MEMBER(hetzner.locations)));
  keys.push_back(text_key("hetzner.image", "a name", "operating system image", true, anything, MEMBER(hetzner.image)));
  keys.push_back(list_key("hetzner.ssh_keys", "a list", "names or fingerprints of SSH keys", anything, MEMBER(hetzner.ssh_keys)));
  keys.push_back(bool_key("hetzner.ipv4", "machines have an IPv4 address too", true, MEMBER(hetzner.ipv4)));
  keys.push_back(list_key("security.admin_cidrs", "a list of CIDRs", "who reaches SSH, clients and monitoring", cidr,
                          MEMBER(security.admin_cidrs)));
  keys.push_back(list_key("security.client_cidrs", "a list of CIDRs", "who reaches the client port", cidr,
                          MEMBER(security.client_cidrs)));
  return keys;
}

#undef MEMBER

}  // namespace

std::span<const Key> config_keys() {
  static const std::vector<Key> keys = make_keys();
  return keys;
}

std::vector<Conflict> find_conflicts(const Config& config) {
  std::vector<Conflict> conflicts;
  if (config.monitor.timeout < config.monitor.connect_timeout) {
    conflicts.push_back({"monitor.timeout", "is shorter than monitor.connect_timeout: make it at least as long"});
  }
  return conflicts;
}

}  // namespace morpheus
