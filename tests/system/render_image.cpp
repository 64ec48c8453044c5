// Prints what a node would be told (cloud-config), with names and secrets that every language in it could trip over:
//   render-image KIND NATS-VERSION NATS-URL NIMSFOREST-URL
// KIND: first (of one, with a witness), core, edge, or bare (a core without NimsForest).

#include <fmt/format.h>

#include <cstdio>
#include <span>
#include <string>
#include <string_view>

#include "daemon/image/cloud_config.hpp"
#include "daemon/image/nats_conf.hpp"
#include "daemon/runtime/ids.hpp"
#include "daemon/runtime/system_clock.hpp"
#include "daemon/secrets/certificates.hpp"
#include "daemon/secrets/nkey.hpp"

namespace morpheus {
namespace {

// NATS takes no white space in names; in passwords it does.
constexpr const char* awkward_name = "a\"b\\c$HOME`id`%41%s#d'e;f&g木ü";
constexpr const char* awkward_secret = "p\"a\\s$HOME`id`%41#//'\n\ttab: {}[] 木ü";

NodeSpec make_spec(std::string_view kind, const std::string& system_key) {
  SystemClock clock;
  SystemIds ids;
  const KeyPair authority = make_authority("awkward", clock.wall(), ids);
  const KeyPair own = issue_certificate(authority, {"awkward", {"localhost"}, {"127.0.0.1"}}, clock.wall(), ids);
  NodeSpec spec;
  spec.forest = awkward_name;
  spec.node = "awkward-node-1";
  spec.server_name = awkward_name;
  spec.index = 1;
  spec.role = kind == "edge" ? NodeRole::edge : NodeRole::core;
  spec.witness = kind == "first";
  spec.routes = {{"", route_port}};
  if (spec.witness) spec.routes.push_back({"", witness_route_port});
  spec.max_memory = 64 << 20;
  spec.max_file = 64 << 20;
  spec.secrets = {"", "", system_key, awkward_secret};
  spec.identity = NodeIdentity{authority.certificate, own.certificate, own.key};
  return spec;
}

int print(std::span<char*> words) {
  if (words.size() != 5) {
    std::fputs("Usage: render-image first|core|edge|bare NATS-VERSION NATS-URL NIMSFOREST-URL\n", stderr);
    return 2;
  }
  SystemIds ids;
  const std::string_view kind = words[1];
  MachineSetup setup;
  setup.nats_version = words[2];
  setup.nats_urls = {words[3]};
  setup.nimsforest = kind != "bare";
  setup.nimsforest_url = words[4];
  const auto text = render_cloud_config(make_spec(kind, make_user_nkey(ids).public_key), setup);
  if (!text) {
    fmt::print(stderr, "{}\n", describe(text.error()));
    return 1;
  }
  fmt::print("{}", *text);
  return 0;
}

}  // namespace
}  // namespace morpheus

int main(int argc, char** argv) { return morpheus::print({argv, static_cast<std::size_t>(argc)}); }
