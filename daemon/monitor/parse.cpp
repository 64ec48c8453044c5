#include "daemon/monitor/parse.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "common/decode/text.hpp"

namespace morpheus {
namespace {

constexpr std::size_t deepest = 32;
constexpr std::size_t bytes_of_a_peer = std::size_t{8} << 10;  // 2.10.27 and 2.15.1: four routes to each peer, 620 bytes each
constexpr std::size_t entries_of_a_peer = 16;
constexpr std::size_t least_entries = 512;

DecodeBounds bounds_of(std::size_t bytes, std::size_t elements) {
  DecodeBounds bounds;
  bounds.bytes = bytes;
  bounds.depth = deepest;
  bounds.elements = elements;
  return bounds;
}

std::string name(const JsonObject& object, std::string_view field) {
  return object.optional_shown(field, longest_name).value_or("");
}

std::optional<double> percentage(const JsonObject& object, std::string_view field) {
  const auto value = object.find(field);
  if (!value) return std::nullopt;
  const double number = value->number();
  if (number < 0) throw value->error("is negative");
  return number;
}

std::optional<std::int64_t> amount(const JsonObject& object, std::string_view field,
                                   std::int64_t most = std::numeric_limits<std::int64_t>::max()) {
  const auto value = object.find(field);
  return value ? std::optional(value->integer(0, most)) : std::nullopt;
}

std::optional<int> small_number(const JsonObject& object, std::string_view field) {
  const auto value = amount(object, field, std::numeric_limits<int>::max());
  return value ? std::optional(static_cast<int>(*value)) : std::nullopt;
}

// 2.12.15 and 2.14.5 on tell clients' messages from those of routes.
std::optional<std::uint64_t> client_counter(const JsonObject& varz, std::string_view client, std::string_view all) {
  const auto value = varz.optional_counter(client);
  return value ? value : varz.optional_counter(all);
}

Varz read_varz(const JsonObject& object) {
  Varz varz;
  varz.server_id = name(object, "server_id");
  varz.server_name = name(object, "server_name");
  varz.version = name(object, "version");
  if (const auto cluster = object.optional_object("cluster")) varz.cluster = name(*cluster, "name");
  varz.start = name(object, "start");
  varz.cpu = percentage(object, "cpu");
  varz.cores = small_number(object, "cores");
  varz.gomaxprocs = small_number(object, "gomaxprocs");
  varz.mem = amount(object, "mem");
  varz.connections = amount(object, "connections");
  varz.in_msgs = client_counter(object, "in_client_msgs", "in_msgs");
  varz.out_msgs = client_counter(object, "out_client_msgs", "out_msgs");
  varz.in_bytes = client_counter(object, "in_client_bytes", "in_bytes");
  varz.out_bytes = client_counter(object, "out_client_bytes", "out_bytes");
  varz.slow_consumers = object.optional_counter("slow_consumers");
  return varz;
}

Routez read_routez(const JsonObject& object) {
  Routez routez;
  routez.server_id = name(object, "server_id");
  const auto routes = object.optional_array("routes");
  if (!routes) return routez;
  for (const JsonValue& each : *routes) {
    const JsonObject route = each.object();
    if (!name(route, "account").empty()) continue;
    auto remote = name(route, "remote_id");
    if (!remote.empty()) routez.remote_ids.insert(std::move(remote));
  }
  return routez;
}

std::string read_reason(const JsonObject& object) {
  return object.optional_shown("error", longest_error).value_or("");
}

void doubt(Measured& measured, const std::string& what) {
  measured.impossible += (measured.impossible.empty() ? "" : ", ") + what;
}

void measure_cpu(const Varz& varz, const Capacity& capacity, Measured& measured) {
  const int cores = std::min(varz.cores.value_or(0), varz.gomaxprocs.value_or(varz.cores.value_or(0)));
  if (!varz.cpu || cores <= 0) return;
  const double sold = capacity.cores > 0 ? std::min<double>(capacity.cores, cores) : cores;
  if (*varz.cpu > most_percent * sold) {
    doubt(measured, fmt::format("CPU of {:g} % on {:g} cores", *varz.cpu, sold));
  } else {
    measured.sample.cpu_percent = *varz.cpu / cores;
  }
}

void measure_memory(const Varz& varz, const Capacity& capacity, Measured& measured) {
  if (!varz.mem || capacity.memory_bytes <= 0) {
    measured.sample.memory_bytes = varz.mem;
    return;
  }
  const double percent = 100.0 * static_cast<double>(*varz.mem) / static_cast<double>(capacity.memory_bytes);
  if (percent > most_percent) {
    doubt(measured, fmt::format("{} bytes of memory on a machine of {}", *varz.mem, capacity.memory_bytes));
  } else {
    measured.sample.memory_percent = percent;
    measured.sample.memory_bytes = varz.mem;
  }
}

}  // namespace

std::size_t most_routez_bytes(int peers) {
  return most_answer_bytes + static_cast<std::size_t>(std::max(0, peers)) * bytes_of_a_peer;
}

Result<Varz> parse_varz(std::string_view body) {
  return decode({"its /varz"}, body, bounds_of(most_answer_bytes, least_entries), read_varz);
}

Result<Routez> parse_routez(std::string_view body, int peers) {
  const std::size_t entries = least_entries + static_cast<std::size_t>(std::max(0, peers)) * entries_of_a_peer;
  return decode({"its /routez"}, body, bounds_of(most_routez_bytes(peers), entries), read_routez);
}

Jsz read_jsz(const JsonObject& object) {
  Jsz jsz;
  jsz.enabled = !object.optional_flag("disabled").value_or(false);
  const auto meta = object.optional_object("meta_cluster");
  if (!meta) return jsz;
  jsz.leader = name(*meta, "leader");
  jsz.cluster_size = small_number(*meta, "cluster_size");
  const auto replicas = meta->optional_array("replicas");
  if (!replicas) return jsz;
  for (const JsonValue& each : *replicas) {
    const JsonObject replica = each.object();
    jsz.replicas.push_back(
        {name(replica, "name"), replica.optional_flag("current").value_or(false), replica.optional_flag("offline").value_or(false)});
  }
  return jsz;
}

Result<Jsz> parse_jsz(std::string_view body) {
  return decode({"its /jsz"}, body, bounds_of(most_answer_bytes, least_entries), read_jsz);
}

Healthz parse_healthz(unsigned status, std::string_view body) {
  Healthz healthz;
  healthz.ok = status == 200;
  if (healthz.ok) return healthz;
  const auto reason = decode({"its answer"}, body, bounds_of(most_answer_bytes, least_entries), read_reason);
  healthz.error = fmt::format("status {}", status);
  if (reason && !reason->empty()) healthz.error = *reason;
  return healthz;
}

std::optional<std::string> parse_machine_report(unsigned status, std::string_view body) {
  constexpr std::string_view mark = "morpheus: ";
  if (status != 503 || !body.starts_with(mark)) return std::nullopt;
  return clean(body.substr(mark.size()), longest_error);
}

Measured to_sample(const Varz& varz, std::int64_t node_id, const Capacity& capacity, const Stamp& at) {
  Measured measured;
  Sample& sample = measured.sample;
  sample.node_id = node_id;
  sample.at = at;
  measure_cpu(varz, capacity, measured);
  measure_memory(varz, capacity, measured);
  if (varz.connections.value_or(0) > most_connections) {
    doubt(measured, fmt::format("{} connections", *varz.connections));
  } else {
    sample.connections = varz.connections;
  }
  sample.in_msgs = varz.in_msgs;
  sample.out_msgs = varz.out_msgs;
  sample.in_bytes = varz.in_bytes;
  sample.out_bytes = varz.out_bytes;
  sample.slow_consumers = varz.slow_consumers;
  sample.server_id = varz.server_id;
  return measured;
}

}  // namespace morpheus
