#include "daemon/image/cloud_config.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <yaml-cpp/yaml.h>

#include <boost/algorithm/string/case_conv.hpp>
#include <map>
#include <nlohmann/json.hpp>

#include "daemon/image/nats_conf.hpp"

namespace morpheus {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::Key;
using testing::Not;

NodeSpec first_node() {
  NodeSpec spec;
  spec.forest = "oak";
  spec.node = "oak-node-1";
  spec.server_name = "oak-node-1";
  spec.index = 1;
  spec.address = "192.0.2.1";
  spec.witness = true;
  spec.routes = {{"192.0.2.1", route_port}};
  spec.secrets = {"between local servers", "SU-seed-of-the-system", "UKEYOFTHESYSTEM", "r\"e$t%ire\n\ttab ü '"};
  spec.identity = NodeIdentity{"-- authority --\nab\n", "-- certificate --\ncd\n", "-- key --\nef\n"};
  return spec;
}

MachineSetup setup() {
  MachineSetup setup;
  setup.nats_version = "2.10.24";
  setup.nats_urls = {"http://[fd77::1]/a$b%c.tar.gz", "https://example.org/nats?x=1&y='2'"};
  setup.nimsforest_url = "https://example.org/nimsforest";
  return setup;
}

struct Told {
  YAML::Node config;
  std::map<std::string, std::string> files;
  std::map<std::string, std::string> modes;
};

Told told(const NodeSpec& spec, const MachineSetup& what) {
  const auto text = render_cloud_config(spec, what);
  EXPECT_TRUE(text) << describe(text.error());
  EXPECT_TRUE(text->starts_with("#cloud-config\n"));
  Told told{YAML::Load(*text), {}, {}};
  for (const auto& file : told.config["write_files"]) {
    const auto path = file["path"].as<std::string>();
    EXPECT_TRUE(told.files.emplace(path, file["content"].as<std::string>()).second) << path << " twice";
    told.modes[path] = file["permissions"].as<std::string>();
  }
  return told;
}

TEST(CloudConfig, CarriesEachFileAsItIs) {
  const auto spec = first_node();
  const auto all = told(spec, setup());
  const NodePaths paths{"/var/lib/nats/jetstream", "/var/lib/nats-witness", "/etc/nats/tls"};
  EXPECT_EQ(all.files.at("/etc/nats/nats.conf"), render_nats_conf(spec, paths));
  EXPECT_EQ(all.files.at("/etc/nats/witness.conf"), render_witness_conf(spec, paths));
  EXPECT_EQ(all.files.at("/etc/nats/tls/ca.crt"), spec.identity->authority);
  EXPECT_EQ(all.files.at("/etc/nats/tls/node.key"), spec.identity->key);
  EXPECT_EQ(all.files.at("/etc/morpheus/nats-urls"), setup().nats_urls[0] + "\n" + setup().nats_urls[1] + "\n");
  EXPECT_EQ(all.files.at("/etc/nimsforest/forest.env"), "FOREST_ID=\"oak\"\n");
  const auto login = nlohmann::json::parse(all.files.at("/etc/morpheus/retire.json"));
  EXPECT_EQ(login, (nlohmann::json{{"user", "retire"}, {"pass", spec.secrets.retire_password}}));
  const auto info = nlohmann::json::parse(all.files.at("/etc/nimsforest/node-info.json"));
  EXPECT_EQ(info, (nlohmann::json{{"forest", "oak"}, {"node", "oak-node-1"}, {"role", "core"}, {"index", 1}}));
}

TEST(CloudConfig, SecretsAreNobodyElsesToReadAndOnlyThisNodes) {
  const auto text = *render_cloud_config(first_node(), setup());
  const auto all = told(first_node(), setup());
  for (const char* path : {"/etc/nats/nats.conf", "/etc/nats/witness.conf", "/etc/nats/tls/node.key", "/etc/morpheus/retire.json"}) {
    EXPECT_EQ(all.modes.at(path), "0600") << path;
  }
  EXPECT_EQ(all.modes.at("/usr/local/lib/morpheus/install-nats"), "0755");
  EXPECT_EQ(all.modes.at("/etc/systemd/system/nats.service"), "0644");
  EXPECT_THAT(text, Not(HasSubstr("SU-seed-of-the-system")));
  EXPECT_THAT(text, Not(HasSubstr("between local servers")));
}

TEST(CloudConfig, OnlyRootAsksForWhatTheMachineWasTold) {
  const auto all = told(first_node(), setup());
  const auto& rules = all.files.at("/etc/morpheus/firewall.nft");
  const auto output = rules.substr(rules.find("chain output"));
  EXPECT_THAT(output, HasSubstr("hook output"));
  EXPECT_THAT(output, HasSubstr("meta skuid != 0 ip daddr 169.254.169.254 reject"));
  EXPECT_THAT(output, HasSubstr("meta skuid != 0 ip6 daddr { fd00:ec2::254, fe80::a9fe:a9fe } reject"));
  for (const char* unit : {"nats", "nats-witness", "nimsforest"}) {
    EXPECT_THAT(all.files.at(fmt::format("/etc/systemd/system/{}.service", unit)),
                HasSubstr("IPAddressDeny=169.254.169.254 fd00:ec2::254 fe80::a9fe:a9fe\n"))
        << unit;
  }
}

TEST(CloudConfig, OnlyTheFirstNodeHasAWitness) {
  auto edge = first_node();
  edge.witness = false;
  edge.role = NodeRole::edge;
  const auto text = *render_cloud_config(edge, setup());
  EXPECT_THAT(text, Not(HasSubstr("witness")));
  EXPECT_THAT(text, Not(HasSubstr("retire")));
}

TEST(CloudConfig, NimsForestSwitchedOffLeavesNothingBehind) {
  auto without = setup();
  without.nimsforest = false;
  EXPECT_THAT(boost::algorithm::to_lower_copy(*render_cloud_config(first_node(), without)), Not(HasSubstr("nimsforest")));
  without.nats = false;
  const auto config = told(first_node(), without);
  EXPECT_THAT(config.files, Not(Contains(Key("/usr/local/lib/morpheus/install-nats"))));
  EXPECT_THAT(config.files, AllOf(Contains(Key("/etc/systemd/system/nats.service")), Contains(Key("/etc/nats/nats.conf"))));
}

TEST(CloudConfig, FiftyRoutesFitAndTooManyAreRefused) {
  auto large = first_node();
  // As long as real ones are (P-256).
  large.identity = NodeIdentity{std::string(700, 'a') + "\n", std::string(950, 'c') + "\n", std::string(250, 'k') + "\n"};
  large.routes.assign(50, {"2001:db8:1234:5678:9abc:def0:1234:5678", route_port});
  EXPECT_TRUE(render_cloud_config(large, setup()));
  large.routes.assign(1'000, {"2001:db8:1234:5678:9abc:def0:1234:5678", route_port});
  const auto refused = render_cloud_config(large, setup());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::invalid);
}

TEST(MachineSetup, FillsInVersionAndArchitecture) {
  Config::Integration integration;
  const auto usual = make_machine_setup(integration, release_architecture("arm"));
  EXPECT_THAT(usual.nats_urls, testing::ElementsAre("https://github.com/nats-io/nats-server/releases/download/v2.10.24/"
                                                    "nats-server-v2.10.24-linux-arm64.tar.gz"));
  integration.nats_download_urls = {"http://a/{version}/{arch}/{version}.tgz", "http://b/c"};
  const auto own = make_machine_setup(integration, release_architecture("x86"));
  EXPECT_THAT(own.nats_urls, testing::ElementsAre("http://a/2.10.24/amd64/2.10.24.tgz", "http://b/c"));
}

}  // namespace
}  // namespace morpheus
