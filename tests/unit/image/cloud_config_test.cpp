#include "daemon/image/cloud_config.hpp"

#include <gtest/gtest.h>
#include <yaml-cpp/yaml.h>

#include "daemon/image/nats_conf.hpp"

namespace morpheus {
namespace {

NodeSpec spec() {
  NodeSpec spec;
  spec.forest = "oak";
  spec.node = "oak-node-1";
  spec.server_name = "oak-node-1";
  spec.address = "192.0.2.1";
  spec.witness = true;
  spec.routes = {{"192.0.2.1", route_port}};
  spec.secrets = {"r\"o$u%te\n\ttab", "sys: {tem} # ü", "'client'"};
  return spec;
}

TEST(CloudConfig, CarriesTheServersConfigurationsAsTheyAre) {
  const auto text = render_cloud_config(spec());
  ASSERT_TRUE(text);
  EXPECT_TRUE(text->starts_with("#cloud-config\n"));
  const auto files = YAML::Load(*text)["write_files"];
  ASSERT_EQ(files.size(), 2U);
  const NodePaths paths{"/var/lib/nats", "/var/lib/nats-witness"};
  EXPECT_EQ(files[0]["path"].as<std::string>(), "/etc/nats/nats.conf");
  EXPECT_EQ(files[0]["content"].as<std::string>(), render_nats_conf(spec(), paths));
  EXPECT_EQ(files[1]["content"].as<std::string>(), render_witness_conf(spec(), paths));
  EXPECT_EQ(files[0]["permissions"].as<std::string>(), "0600");
}

TEST(CloudConfig, WithoutAWitnessThereIsNoneToWrite) {
  auto edge = spec();
  edge.witness = false;
  EXPECT_EQ(YAML::Load(*render_cloud_config(edge))["write_files"].size(), 1U);
}

TEST(CloudConfig, FiftyRoutesFitAndTooManyAreRefused) {
  auto large = spec();
  large.routes.assign(50, {"2001:db8:1234:5678:9abc:def0:1234:5678", route_port});
  EXPECT_TRUE(render_cloud_config(large));
  large.routes.assign(1'000, {"2001:db8:1234:5678:9abc:def0:1234:5678", route_port});
  const auto refused = render_cloud_config(large);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::invalid);
}

}  // namespace
}  // namespace morpheus
