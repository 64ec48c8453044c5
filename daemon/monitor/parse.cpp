#include "daemon/monitor/parse.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <utility>

namespace morpheus {
namespace {

using nlohmann::json;

constexpr int deepest_nesting = 32;
constexpr const char* cluster_name = "cluster.name";  // no server has a field of that name

// Null for anything but an object of bounded depth.
json parse_object(std::string_view body) {
  bool too_deep = false;
  const auto bound_depth = [&too_deep](int depth, json::parse_event_t, json&) {
    too_deep = too_deep || depth > deepest_nesting;
    return !too_deep;
  };
  json parsed = json::parse(body, bound_depth, false);
  return parsed.is_object() && !too_deep ? parsed : json();
}

// Keeps an object's own numbers, words and truths, and its cluster's name, and passes over what else is nested in it: /varz is
// read of each node with each poll, and most of it is not wanted.
class OwnFields : public nlohmann::json_sax<json> {
 public:
  json take() { return std::move(fields_); }

  bool null() override { return depth_ > 0; }
  bool boolean(bool value) override { return keep(value); }
  bool number_integer(number_integer_t value) override { return keep(value); }
  bool number_unsigned(number_unsigned_t value) override { return keep(value); }
  bool number_float(number_float_t value, const string_t&) override { return keep(value); }
  bool string(string_t& value) override {
    if (depth_ == 2 && std::exchange(is_cluster_name_, false)) fields_[cluster_name] = value;
    return keep(std::move(value));
  }
  bool binary(binary_t&) override { return false; }
  bool start_object(std::size_t) override { return ++depth_ <= deepest_nesting; }
  bool end_object() override { return depth_-- > 0; }
  bool start_array(std::size_t) override { return depth_ > 0 && ++depth_ <= deepest_nesting; }
  bool end_array() override { return depth_-- > 0; }
  bool key(string_t& value) override {
    is_cluster_name_ = depth_ == 2 && key_ == "cluster" && value == "name";
    if (depth_ == 1) key_ = std::move(value);
    return true;
  }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override { return false; }

 private:
  template <class T>
  bool keep(T&& value) {
    if (depth_ == 1) fields_[key_] = std::forward<T>(value);
    return depth_ > 0;
  }

  json fields_ = json::object();
  std::string key_;
  bool is_cluster_name_ = false;  // what comes next
  int depth_ = 0;
};

// Null for anything but an object of bounded depth.
json parse_own_fields(std::string_view body) {
  OwnFields fields;
  return json::sax_parse(body, &fields) ? fields.take() : json();
}

Error not_an_object(std::string_view body) {
  constexpr std::size_t shown = 40;
  std::string start(body.substr(0, shown));
  std::ranges::replace_if(start, [](unsigned char c) { return c < 0x20 || c > 0x7e; }, '?');
  return Error{ErrorCode::invalid, "not a JSON object: \"" + start + "\"", ""};
}

const json* field(const json& object, const char* name) {
  const auto found = object.find(name);
  return found == object.end() ? nullptr : &*found;
}

std::string text(const json& object, const char* name) {
  const json* found = field(object, name);
  return found && found->is_string() ? found->get<std::string>() : std::string();
}

bool truth(const json& object, const char* name) {
  const json* found = field(object, name);
  return found && found->is_boolean() && found->get<bool>();
}

std::optional<double> percentage(const json& object, const char* name) {
  const json* found = field(object, name);
  if (!found || !found->is_number()) return std::nullopt;
  const double value = found->get<double>();
  if (!std::isfinite(value) || value < 0) return std::nullopt;
  return value;
}

std::optional<std::uint64_t> counter(const json& object, const char* name) {
  const json* found = field(object, name);
  if (!found || !found->is_number_integer()) return std::nullopt;
  if (!found->is_number_unsigned() && found->get<std::int64_t>() < 0) return std::nullopt;
  return found->get<std::uint64_t>();
}

std::optional<std::int64_t> amount(const json& object, const char* name) {
  const auto value = counter(object, name);
  if (!value || *value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) return std::nullopt;
  return static_cast<std::int64_t>(*value);
}

std::optional<int> small_number(const json& object, const char* name) {
  const auto value = counter(object, name);
  if (!value || *value > static_cast<std::uint64_t>(std::numeric_limits<int>::max())) return std::nullopt;
  return static_cast<int>(*value);
}

// 2.12.15 and 2.14.5 on tell clients' messages from those of routes.
std::optional<std::uint64_t> client_counter(const json& varz, const char* client, const char* all) {
  const auto value = counter(varz, client);
  return value ? value : counter(varz, all);
}

}  // namespace

Result<Varz> parse_varz(std::string_view body) {
  const json parsed = parse_own_fields(body);
  if (parsed.is_null()) return not_an_object(body);
  Varz varz;
  varz.server_id = text(parsed, "server_id");
  varz.server_name = text(parsed, "server_name");
  varz.version = text(parsed, "version");
  varz.cluster = text(parsed, cluster_name);
  varz.start = text(parsed, "start");
  varz.cpu = percentage(parsed, "cpu");
  varz.cores = small_number(parsed, "cores");
  varz.gomaxprocs = small_number(parsed, "gomaxprocs");
  varz.mem = amount(parsed, "mem");
  varz.connections = amount(parsed, "connections");
  varz.in_msgs = client_counter(parsed, "in_client_msgs", "in_msgs");
  varz.out_msgs = client_counter(parsed, "out_client_msgs", "out_msgs");
  varz.in_bytes = client_counter(parsed, "in_client_bytes", "in_bytes");
  varz.out_bytes = client_counter(parsed, "out_client_bytes", "out_bytes");
  varz.slow_consumers = counter(parsed, "slow_consumers");
  return varz;
}

Result<Routez> parse_routez(std::string_view body) {
  const json parsed = parse_object(body);
  if (parsed.is_null()) return not_an_object(body);
  Routez routez;
  routez.server_id = text(parsed, "server_id");
  const json* routes = field(parsed, "routes");
  if (!routes || !routes->is_array()) return routez;
  for (const json& route : *routes) {
    if (!route.is_object() || !text(route, "account").empty()) continue;
    auto remote = text(route, "remote_id");
    if (!remote.empty()) routez.remote_ids.insert(std::move(remote));
  }
  return routez;
}

Result<Jsz> parse_jsz(std::string_view body) {
  const json parsed = parse_object(body);
  if (parsed.is_null()) return not_an_object(body);
  Jsz jsz;
  jsz.enabled = !truth(parsed, "disabled");
  const json* meta = field(parsed, "meta_cluster");
  if (!meta || !meta->is_object()) return jsz;
  jsz.leader = text(*meta, "leader");
  jsz.cluster_size = small_number(*meta, "cluster_size");
  const json* replicas = field(*meta, "replicas");
  if (!replicas || !replicas->is_array()) return jsz;
  for (const json& replica : *replicas) {
    if (!replica.is_object()) continue;
    jsz.replicas.push_back({text(replica, "name"), truth(replica, "current"), truth(replica, "offline")});
  }
  return jsz;
}

Healthz parse_healthz(unsigned status, std::string_view body) {
  Healthz healthz;
  healthz.ok = status == 200;
  if (healthz.ok) return healthz;
  const json parsed = parse_object(body);
  healthz.error = parsed.is_null() ? "" : text(parsed, "error");
  if (healthz.error.empty()) healthz.error = "status " + std::to_string(status);
  return healthz;
}

std::optional<std::string> parse_machine_report(unsigned status, std::string_view body) {
  constexpr std::string_view mark = "morpheus: ";
  constexpr std::size_t longest = 400;
  if (status != 503 || !body.starts_with(mark)) return std::nullopt;
  std::string report(body.substr(mark.size(), longest));
  const auto is_control = [](unsigned char c) { return c < 0x20 || c == 0x7f; };
  std::ranges::replace_if(report, is_control, ' ');
  return report;
}

Sample to_sample(const Varz& varz, std::int64_t node_id, const Capacity& capacity, const Stamp& at) {
  Sample sample;
  sample.node_id = node_id;
  sample.at = at;
  const int cores = std::min(varz.cores.value_or(0), varz.gomaxprocs.value_or(varz.cores.value_or(0)));
  if (varz.cpu && cores > 0) sample.cpu_percent = *varz.cpu / cores;
  if (varz.mem && capacity.memory_bytes > 0) {
    sample.memory_percent = 100.0 * static_cast<double>(*varz.mem) / static_cast<double>(capacity.memory_bytes);
  }
  sample.memory_bytes = varz.mem;
  sample.connections = varz.connections;
  sample.in_msgs = varz.in_msgs;
  sample.out_msgs = varz.out_msgs;
  sample.in_bytes = varz.in_bytes;
  sample.out_bytes = varz.out_bytes;
  sample.slow_consumers = varz.slow_consumers;
  sample.server_id = varz.server_id;
  return sample;
}

}  // namespace morpheus
