#include <array>
#include <cmath>
#include <cstdint>
#include <string>
#include <string_view>

#include "common/decode/text.hpp"
#include "daemon/provider/hetzner/api/action.hpp"
#include "daemon/provider/hetzner/api/answer.hpp"
#include "daemon/provider/hetzner/catalog/machine_type.hpp"
#include "daemon/provider/hetzner/catalog/price.hpp"
#include "daemon/provider/hetzner/resource/firewall.hpp"
#include "daemon/provider/hetzner/resource/placement_group.hpp"
#include "daemon/provider/hetzner/resource/primary_ip.hpp"
#include "daemon/provider/hetzner/resource/server.hpp"
#include "daemon/provider/hetzner/resource/ssh_key.hpp"
#include "tests/fuzz/document.hpp"

namespace {

using namespace morpheus;
using namespace morpheus::hetzner;

constexpr auto fields = std::to_array<std::string_view>(
    {"action", "actions", "server", "servers", "firewall", "firewalls", "primary_ip", "primary_ips", "placement_group", "placement_groups", "ssh_key",
     "ssh_keys", "server_types", "pricing", "error", "meta", "pagination", "next_page", "total_entries", "page", "id", "name", "status", "code", "message",
     "labels", "managed-by", "morpheus-controller", "morpheus-forest", "morpheus-node", "morpheus-intent", "public_net", "ipv4", "ipv6", "ip", "type",
     "server_type", "location", "datacenter", "cores", "memory", "architecture", "prices", "price_hourly", "price_monthly", "net", "currency", "rules",
     "direction", "protocol", "port", "source_ips", "assignee_id", "assignee_type", "fingerprint", "public_key", "deprecated", "applied_to", "protection"});

void check(std::string_view text, std::size_t most) {
  fuzz::expect(is_utf8(text), "a text is UTF-8");
  fuzz::expect(clean(text, most) == text, "a text is bounded, and can be shown");
}

void check(const Server& server) {
  check(server.name, longest_api_name);
  check(server.status, longest_api_word);
  check(server.location, longest_api_name);
  fuzz::expect(std::isfinite(server.cores) && std::isfinite(server.memory_gb), "numbers are finite");
}

void check(const Action& action) {
  check(action.status, longest_api_word);
  check(action.code, longest_api_word);
  check(action.message, longest_error);
}

template <class T, class Check>
void read_all(std::string_view text, const char* key, Reader<T> read, Check check_one) {
  const std::string body(text);
  constexpr std::int64_t first = 1;
  const auto page = decode_answer("GET /" + std::string(key), body, [&](const JsonObject& json) { return read_page(json, key, read, first); });
  fuzz::expect(page.has_value() || !page.error().message.empty(), "an error says what is wrong");
  if (!page) return;
  fuzz::expect(!page->pagination.next || *page->pagination.next > first, "pages only go on");
  for (const T& each : page->things) check_one(each);
}

template <class T>
void ignore(const T&) {}

template <class Read>
void read_one(std::string_view text, Read read) {
  const auto answer = decode_answer("GET /one", std::string(text), read);
  fuzz::expect(answer.has_value() || !answer.error().message.empty(), "an error says what is wrong");
}

void decode_all(std::string_view text) {
  read_all<Server>(text, "servers", read_server, [](const Server& server) { check(server); });
  read_all<Action>(text, "actions", read_action, [](const Action& action) { check(action); });
  read_all<Firewall>(text, "firewalls", read_firewall, ignore<Firewall>);
  read_all<PrimaryIp>(text, "primary_ips", read_primary_ip, ignore<PrimaryIp>);
  read_all<PlacementGroup>(text, "placement_groups", read_placement_group, ignore<PlacementGroup>);
  read_all<SshKey>(text, "ssh_keys", read_ssh_key, ignore<SshKey>);
  read_all<MachineType>(text, "server_types", read_machine_type, ignore<MachineType>);
  read_one(text, read_one_server);
  read_one(text, read_new_server);
  read_one(text, read_started_action);
  read_one(text, read_actions);
  read_one(text, read_one_firewall);
  read_one(text, read_one_primary_ip);
  read_one(text, read_one_placement_group);
  read_one(text, read_one_ssh_key);
  read_one(text, read_pricing);
  read_one(text, read_error);
}

}  // namespace

// The cloud's API answers anything: what is made of it is bounded, or an error that names the call.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::as_text_and_as_recipe(data, size, fields, decode_all);
  return 0;
}
