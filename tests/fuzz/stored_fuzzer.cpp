#include <array>
#include <cmath>
#include <cstdint>
#include <string_view>

#include "common/decode/text.hpp"
#include "daemon/provider/local/address_pool.hpp"
#include "daemon/provider/local/machine_dir.hpp"
#include "daemon/secrets/secret_files.hpp"
#include "daemon/store/stored_json.hpp"
#include "tests/fuzz/document.hpp"

namespace {

using namespace morpheus;

constexpr std::array<std::string_view, 33> fields{
    "name", "verdict", "detail", "to_change", "role", "state", "cpu_percent", "memory_percent", "held_cpu_percent", "held_memory_percent", "hot",
    "unknown", "forest", "intent", "controller", "address", "created", "witness", "boot", "off", "machine", "installation_id", "route_password",
    "system_seed", "system_key", "retire_password", "authority", "authority_key", "pass", "block", "core", "edge", "ready"};

void check(const std::string& text) { fuzz::expect(is_utf8(text), "a text is UTF-8"); }

void decode_all(std::string_view text) {
  if (const auto gates = stored_gates(1, text)) {
    for (const Gate& gate : *gates) check(gate.name + gate.detail + gate.to_change);
  }
  if (const auto findings = stored_findings(1, text)) {
    for (const NodeFinding& finding : *findings) {
      check(finding.name + finding.unknown);
      fuzz::expect(std::isfinite(finding.cpu_percent.value_or(0)) && std::isfinite(finding.held_memory_percent.value_or(0)), "numbers are finite");
    }
  }
  if (const auto record = parse_machine_record("machine.json", "oak-node-1", text)) {
    fuzz::expect(record->name == "oak-node-1", "a record is its directory's");
    check(record->forest + record->address + record->boot);
  }
  if (const auto reservation = parse_reservation("127.16.0.1", text)) check(reservation->machine);
  const auto secrets = parse_secrets("secrets.json", text);
  if (secrets) check(secrets->secrets.route_password + secrets->authority.key);
  fuzz::expect(secrets || !secrets.error().message.empty(), "an error says what is wrong");
}

}  // namespace

// What is kept as JSON beside and in the database (a decision's gates and findings, machine.json, reserved addresses, secrets), damaged
// in any way.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::as_text_and_as_recipe(data, size, fields, decode_all);
  return 0;
}
