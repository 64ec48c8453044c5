#include <gmock/gmock.h>

#include <algorithm>
#include <boost/algorithm/string/replace.hpp>

#include "tests/integration/cloud_box.hpp"

namespace morpheus {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

std::string with_admins(const DaemonBox& box, const std::string& networks) {
  auto text = read_text(box.config_file());
  boost::replace_first(text, "admin_cidrs: [127.0.0.0/8]", networks);
  return text;
}

struct HostBits {
  const char* name;
  const char* written;
  const char* says;
};

void PrintTo(const HostBits& row, std::ostream* out) { *out << row.name; }

class CloudHostBits : public testing::TestWithParam<HostBits> {};

TEST_P(CloudHostBits, AreRefusedWithTheNetworkThatWasMeant) {
  const FakeCloud cloud({"--machines", "none"});
  DaemonBox box(in_cloud(cloud));
  box.start();
  box.configure(with_admins(box, GetParam().written));
  const auto checked = box.ctl({"config", "check", box.config_file()});
  EXPECT_NE(checked.status, 0);
  EXPECT_THAT(checked.out + checked.err, HasSubstr(GetParam().says));
  box.reload();
  ASSERT_TRUE(wait_until([&] { return box.log().find(GetParam().says) != std::string::npos; }, limit)) << box.log();
  EXPECT_TRUE(box.running()) << "the configuration before it stays";
}

INSTANTIATE_TEST_SUITE_P(
    All, CloudHostBits,
    testing::Values(HostBits{"Ipv4", "admin_cidrs: [10.0.0.1/8]", "\"10.0.0.1/8\" has host bits: write 10.0.0.0/8"},
                    HostBits{"OneBit", "admin_cidrs: [127.0.0.0/8, 203.0.113.7/31]", "write 203.0.113.6/31"},
                    HostBits{"Clients", "client_cidrs: [0.0.0.1/0], admin_cidrs: [127.0.0.0/8]", "write 0.0.0.0/0"},
                    HostBits{"Ipv6", "admin_cidrs: ['2001:DB8:0:0:1::7/64']", "write 2001:db8::/64"}),
    [](const auto& each) { return std::string(each.param.name); });

bool sets_rules(const json& line) { return line["path"].get<std::string>().ends_with("/set_rules"); }

// As a hand in the console does it.
void empty_the_firewall_of(const FakeCloud& cloud, const std::string& forest) {
  const auto state = cloud.state();
  for (const auto& firewall : state["firewalls"]) {
    if (firewall["name"] != "morpheus-" + forest) continue;
    const auto path = "/firewalls/" + firewall["id"].dump() + "/actions/set_rules";
    const auto done = run_command({"/usr/bin/curl", "-sf", "--json", R"({"rules": []})", "-H", "Authorization: Bearer token", cloud.endpoint() + path});
    ASSERT_EQ(done.status, 0) << done.err;
  }
}

// The API answers with networks in their canonical form. The second forest shows that the comparison was made.
TEST(CloudNetworks, HowTheyAreWrittenRewritesNoFirewall) {
  const FakeCloud cloud;
  DaemonBox box(in_cloud(cloud));
  box.configure(with_admins(box, "client_cidrs: ['0::/0', '::/0'], "
                                 "admin_cidrs: [127.0.0.0/08, '2001:DB8:0:0::/32', '2001:0db8:1:0000::0001/128', 127.0.0.0/8]"));
  box.start();
  ASSERT_EQ(box.ctl({"plant", "cloud", "small", "--name", "oak", "--yes"}).status, 0) << box.log();
  ASSERT_EQ(box.ctl({"plant", "cloud", "small", "--name", "elm", "--yes"}).status, 0) << box.log();
  EXPECT_TRUE(std::ranges::none_of(cloud.journal(), sets_rules));
  box.kill();
  empty_the_firewall_of(cloud, "elm");
  box.start();
  ASSERT_TRUE(wait_until([&] { return std::ranges::count_if(cloud.journal(), sets_rules) > 1; }, limit)) << box.log();
  box.kill();
  box.start();
  ASSERT_EQ(box.ctl({"grow", "elm", "--yes"}).status, 0) << box.log();
  const auto lines = cloud.journal();
  const auto oaks = cloud.state()["firewalls"][0];
  ASSERT_EQ(oaks["name"], "morpheus-oak");
  EXPECT_EQ(oaks["rules"][0]["source_ips"], json({"127.0.0.0/8", "2001:db8::/32", "2001:db8:1::1/128"}));
  for (const auto& line : lines) EXPECT_THAT(line["path"].get<std::string>(), Not(HasSubstr(oaks["id"].dump() + "/actions"))) << line;
}

}  // namespace
}  // namespace morpheus
