#include "daemon/image/nats_conf.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <cstdlib>
#include <fstream>

#include "tests/unit/provider/real_servers.hpp"

namespace morpheus {
namespace {

using testing::HasSubstr;
using testing::Not;

NodeSpec core_of(const std::string& address) {
  NodeSpec spec;
  spec.forest = "f";
  spec.node = spec.server_name = "f-node-1";
  spec.address = address;
  spec.witness = true;
  spec.routes = {{address, route_port}, {address, witness_route_port}};
  spec.max_memory = 1 << 20;
  spec.max_file = 2 << 20;
  spec.secrets = {"route", "", "UDXU4RCSJNZOIQHZNWXHXORDPRTGNJAHAHFRGZNEEJCPQTT2M7NLCNF4", "retire"};
  return spec;
}

// What each part of the configuration language, of a URL and of JSON could trip over.
const std::vector<std::string> awkward{"plain",  "a\"b", "a\\b", "$HOME", "a\nb",      "100%",
                                       "%41",    "#x",   "//x",  "a b",   "ümlaut 木", "a@b:c/d?e#f",
                                       "{}[]()", "a,b",  "1G",   "true",  "'",         "\t\r\x01\x7f"};

class NatsConf : public testing::Test {
 protected:
  // What `nats-server -t` says: 0 for a file that it takes.
  int check(const std::string& text) {
    const auto file = write(text);
    return std::system(
        fmt::format("{} -t -c '{}' >'{}.out' 2>&1", real_nats_server, file.string(), file.string()).c_str());
  }
  std::filesystem::path write(const std::string& text) {
    auto file = scratch_.path() / fmt::format("{}.conf", ++files_);
    std::ofstream(file) << text;
    return file;
  }
  NodePaths paths() const { return {scratch_.path() / "data", scratch_.path() / "witness-data"}; }

  ScratchDir scratch_;
  int files_ = 0;
};

TEST_F(NatsConf, NatsServerTakesEveryRoleAndAddress) {
  for (const std::string address : {"127.0.0.1", "", "10.1.2.3", "fd77::1", "::1"}) {
    auto spec = core_of(address);
    EXPECT_EQ(check(render_nats_conf(spec, paths())), 0) << address;
    EXPECT_EQ(check(render_witness_conf(spec, paths())), 0) << address;
    spec.role = NodeRole::edge;
    EXPECT_EQ(check(render_nats_conf(spec, paths())), 0) << address;
  }
}

TEST_F(NatsConf, CheckItselfRefusesWhatIsBroken) { EXPECT_NE(check("cluster { name: \"x\n"), 0); }

TEST_F(NatsConf, AwkwardNamesAndSecretsAreTaken) {
  for (const auto& text : awkward) {
    auto spec = core_of("127.0.0.1");
    spec.secrets.route_password = text;
    spec.secrets.retire_password = text + "r";
    spec.identity = NodeIdentity{};
    EXPECT_THAT(render_nats_conf(spec, paths()), HasSubstr("user: \"retire\""));
    spec.identity.reset();
    spec.max_file = 1;
    EXPECT_EQ(check(render_nats_conf(spec, {"/tmp/" + text, ""})), 0) << text;
    EXPECT_EQ(check(render_witness_conf(spec, paths())), 0) << text;
  }
}

TEST_F(NatsConf, EdgeHasNoStoreAndServesJetStreamsClients) {
  auto spec = core_of("10.0.0.1");
  EXPECT_THAT(render_nats_conf(spec, paths()), HasSubstr("store_dir"));
  spec.role = NodeRole::edge;
  const auto text = render_nats_conf(spec, paths());
  EXPECT_THAT(text, Not(HasSubstr("store_dir")));
  EXPECT_THAT(text, HasSubstr("jetstream: enabled"));
}

TEST_F(NatsConf, RoutesCarryTheEncodedPasswordAndBracketsAroundIpv6) {
  auto spec = core_of("fd77::1");
  spec.secrets.route_password = "p@ss/ %\"";
  const auto text = render_nats_conf(spec, paths());
  EXPECT_THAT(text, HasSubstr("\"nats-route://route:p%40ss%2F%20%25%22@[fd77::1]:6222\""));
  EXPECT_THAT(text, HasSubstr("\"nats-route://route:p%40ss%2F%20%25%22@[fd77::1]:6223\""));
  EXPECT_THAT(text, HasSubstr("advertise: \"[fd77::1]:6222\""));
}

TEST_F(NatsConf, WitnessServesClientsOnLoopbackAlone) {
  const auto far = render_witness_conf(core_of("10.0.0.1"), paths());
  EXPECT_THAT(far, HasSubstr("listen: \"127.0.0.1:4223\""));
  EXPECT_THAT(far, HasSubstr("http: \"127.0.0.1:8223\""));
  EXPECT_THAT(far, HasSubstr("listen: \"0.0.0.0:6223\""));
  EXPECT_THAT(far, HasSubstr("advertise: \"10.0.0.1:6223\""));
  EXPECT_THAT(far, Not(HasSubstr("no_auth_user")));
  const auto local = render_witness_conf(core_of("127.9.8.7"), paths());
  EXPECT_THAT(local, HasSubstr("listen: \"127.9.8.7:4223\""));
  EXPECT_THAT(local, HasSubstr("http: \"127.9.8.7:8223\""));
}

TEST_F(NatsConf, NodeWithoutAnAddressListensEverywhereAndListsItselfOnLoopback) {
  auto spec = core_of("");
  spec.routes = {{"", route_port}};
  const auto text = render_nats_conf(spec, paths());
  EXPECT_THAT(text, HasSubstr("listen: \"0.0.0.0:4222\""));
  EXPECT_THAT(text, HasSubstr("@127.0.0.1:6222\""));
  EXPECT_THAT(text, Not(HasSubstr("advertise")));
}

TEST(HostPort, PutsBracketsAroundIpv6Alone) {
  EXPECT_EQ(host_port("10.0.0.1", 4222), "10.0.0.1:4222");
  EXPECT_EQ(host_port("fd77::1", 4222), "[fd77::1]:4222");
  EXPECT_EQ(host_port("node.example", 80), "node.example:80");
}

TEST(WitnessServerName, DiffersFromItsNodes) { EXPECT_NE(witness_server_name("f-node-1"), "f-node-1"); }

}  // namespace
}  // namespace morpheus
