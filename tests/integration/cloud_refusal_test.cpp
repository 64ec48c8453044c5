#include <gmock/gmock.h>

#include <algorithm>

#include "tests/integration/cloud_box.hpp"

namespace morpheus {
namespace {

using nlohmann::json;
using testing::HasSubstr;

const json create = {{"method", "POST"}, {"path", "^/servers$"}};

int exit_of(const Finished& done) { return done.status; }

// What goes wrong once on the way to a machine, and must end in exactly one machine all the same.
struct Hiccup {
  const char* name;
  json fault;
  std::size_t creates = 1;  // that the API carried out
};

void PrintTo(const Hiccup& hiccup, std::ostream* out) { *out << hiccup.name; }

class CloudHiccup : public testing::TestWithParam<Hiccup> {};

TEST_P(CloudHiccup, EndsInExactlyOneMachine) {
  const FakeCloud cloud;
  DaemonBox box(in_cloud(cloud));
  box.start();
  cloud.fault(GetParam().fault);
  const auto planted = box.ctl({"plant", "cloud", "small", "--yes", "--name", "oak"});
  EXPECT_EQ(planted.status, 0) << planted.err << box.log();
  EXPECT_EQ(cloud.fired(), 1);
  EXPECT_EQ(cloud.created("servers").size(), GetParam().creates);
  EXPECT_EQ(cloud.count("servers"), 1);
  ASSERT_EQ(box.ctl({"teardown", "oak", "--yes"}).status, 0) << box.log();
  const auto left = cloud.state()["counts"];
  for (const auto& [kind, count] : left.items()) EXPECT_EQ(count, 0) << kind;
}

json refusal(const json& match, int status, const char* code) {
  return {{"match", match}, {"status", status}, {"code", code}, {"message", "as asked for"}};
}

json with(const json& match, const char* effect, const json& value) { return {{"match", match}, {effect, value}}; }

const json group = {{"method", "POST"}, {"path", "^/placement_groups$"}, {"name", "."}};
const json address_create = {{"method", "POST"}, {"path", "^/primary_ips$"}};
const json firewall_create = {{"method", "POST"}, {"path", "^/firewalls$"}};
const json actions = {{"method", "GET"}, {"path", "^/actions$"}};
const json firewalls = {{"method", "GET"}, {"path", "^/firewalls$"}};

INSTANTIATE_TEST_SUITE_P(
    OnTheWay, CloudHiccup,
    testing::Values(Hiccup{"SoldOut", refusal(create, 412, "resource_unavailable")},
                    Hiccup{"PlacementError", refusal(create, 422, "placement_error")},
                    Hiccup{"GroupFull", refusal(create, 422, "placement_group_member_limit_reached")},
                    Hiccup{"ServiceError", refusal(create, 422, "service_error")}, Hiccup{"Maintenance", refusal(create, 403, "maintenance")},
                    Hiccup{"AddressStillAssigned", refusal(create, 422, "primary_ip_assigned")},
                    Hiccup{"MaintenanceOfAddresses", refusal(address_create, 403, "maintenance")},
                    Hiccup{"MadeAndAnsweredByNothing", with(create, "body", "")}, Hiccup{"MadeAndAnsweredByAnArray", with(create, "body", "[1]")},
                    Hiccup{"MadeAndAnsweredByNoServer", with(create, "body", "{}")},
                    Hiccup{"AFirewallIsANumber", with(firewalls, "body", "{\"firewalls\":[1]}")},
                    Hiccup{"AnActionIsNull", with(actions, "body", "null")},
                    Hiccup{"Conflict", refusal(create, 409, "conflict")}, Hiccup{"Locked", refusal(create, 423, "locked")},
                    Hiccup{"RateLimited", refusal(create, 429, "rate_limit_exceeded")},
                    Hiccup{"ServerError", refusal(create, 500, "server_error")},
                    Hiccup{"UnknownCode", refusal(create, 418, "teapot")}, Hiccup{"BareGatewayError", with(create, "bare", 502)},
                    Hiccup{"NotJson", with(create, "not_json", true)},
                    Hiccup{"DroppedBefore", with(create, "drop", "before")},
                    Hiccup{"DroppedAfterTheCommit", with(create, "drop", "committed")},
                    Hiccup{"DroppedInTheAnswer", with(create, "drop", "answered")},
                    Hiccup{"GatewayTimeoutAfterTheCommit", with(create, "status_after_commit", 504)},
                    Hiccup{"NameTakenByItself", {{"match", create}, {"status_after_commit", 409}, {"code", "uniqueness_error"}}},
                    Hiccup{"NameTakenByNobody", refusal(create, 409, "uniqueness_error")},
                    Hiccup{"CarriedOutLongAfterItsAnswerWasGivenUp", with(create, "delay_seconds", 21)},
                    Hiccup{"NeverEnds", with(create, "endless", true)},
                    Hiccup{"ActionFails", with(create, "action_error", json{{"code", "server_error"}, {"message", "no"}}), 2},
                    Hiccup{"AddressDropped", with(address_create, "drop", "committed")},
                    Hiccup{"FirewallDropped", with(firewall_create, "drop", "committed")},
                    Hiccup{"GroupDropped", with(group, "drop", "committed")},
                    Hiccup{"ActionsUnanswered", with(actions, "bare", 502)}),
    [](const auto& each) { return std::string(each.param.name); });

// What goes wrong on the way to nothing, and must end in nothing all the same.
class CloudEnd : public testing::TestWithParam<Hiccup> {};

TEST_P(CloudEnd, LeavesNothingBehind) {
  const FakeCloud cloud;
  DaemonBox box(in_cloud(cloud));
  box.start();
  ASSERT_EQ(box.ctl({"plant", "cloud", "small", "--yes", "--name", "oak"}).status, 0) << box.log();
  cloud.fault(GetParam().fault);
  EXPECT_EQ(box.ctl({"teardown", "oak", "--yes"}).status, 0) << box.log();
  EXPECT_GE(cloud.fired(), 1);
  EXPECT_EQ(cloud.deleted("servers").size(), 1U) << "asked for as often as it took, carried out once";
  const auto left = cloud.state()["counts"];
  for (const auto& [kind, count] : left.items()) EXPECT_EQ(count, 0) << kind;
}

const json destruction = {{"method", "DELETE"}, {"path", "^/servers/"}};
const json opening = {{"method", "DELETE"}, {"path", "^/firewalls/"}};
const json listing = {{"method", "GET"}, {"path", "^/servers$"}};
const json look_by_id = {{"method", "GET"}, {"path", "^/servers/"}};
const json parting = {{"method", "DELETE"}, {"path", "^/placement_groups/"}};

json twice(json fault) {
  fault["times"] = 2;
  return fault;
}

INSTANTIATE_TEST_SUITE_P(
    OnTheWay, CloudEnd,
    testing::Values(Hiccup{"Locked", twice(refusal(destruction, 423, "locked"))}, Hiccup{"Protected", twice(refusal(destruction, 403, "protected"))},
                    Hiccup{"TokenRevokedForAWhile", twice(refusal(destruction, 401, "unauthorized"))},
                    Hiccup{"RateLimited", refusal(destruction, 429, "rate_limit_exceeded")}, Hiccup{"BareGatewayError", twice(with(destruction, "bare", 502))},
                    Hiccup{"NotJson", with(destruction, "not_json", true)}, Hiccup{"DroppedBefore", with(destruction, "drop", "before")},
                    Hiccup{"DroppedAfterTheCommit", with(destruction, "drop", "committed")},
                    Hiccup{"DroppedInTheAnswer", with(destruction, "drop", "answered")},
                    Hiccup{"GatewayTimeoutAfterTheCommit", with(destruction, "status_after_commit", 504)},
                    Hiccup{"Delayed", with(destruction, "delete_delay_seconds", 5)},
                    Hiccup{"NotFoundAndThere", refusal(destruction, 404, "not_found")},
                    Hiccup{"GoneAndThere", twice(refusal(destruction, 410, "gone"))},
                    Hiccup{"FirewallNotFoundAndThere", refusal(opening, 404, "not_found")},
                    Hiccup{"GroupNotFoundAndThere", refusal(parting, 404, "not_found")},
                    Hiccup{"FirewallInUse", twice(refusal(opening, 422, "resource_in_use"))},
                    Hiccup{"GroupDropped", with(parting, "drop", "committed")}, Hiccup{"ServersAreNothing", twice(with(listing, "body", ""))},
                    Hiccup{"ServersAreAnEmptyObject", twice(with(listing, "body", "{}"))},
                    Hiccup{"AServerIsANumber", twice(with(listing, "body", "{\"servers\":[1]}"))},
                    Hiccup{"ServersWithoutPages", twice(with(listing, "body", "{\"servers\":[]}"))},
                    Hiccup{"TheServerIsAnEmptyObject", twice(with(look_by_id, "body", "{}"))},
                    Hiccup{"TheServerIsNull", twice(with(look_by_id, "body", "null"))},
                    Hiccup{"DeletedAndAnsweredByNothing", with(destruction, "body", "")}),
    [](const auto& each) { return std::string(each.param.name); });

class CloudDud : public testing::TestWithParam<const char*> {};

TEST_P(CloudDud, AServerThatNeverRunsIsDeletedAfterItsLimitAndReported) {
  const FakeCloud cloud;
  DaemonBox box(in_cloud(cloud, std::string(usual_cloud) + ", boot_limit: 10s"));
  box.start();
  cloud.fault(with(create, GetParam(), true));
  const auto planted = box.ctl({"plant", "cloud", "small", "--yes", "--name", "oak"});
  EXPECT_EQ(planted.status, 1);
  EXPECT_THAT(planted.err, HasSubstr("never got past booting")) << box.log();
  EXPECT_THAT(planted.err, HasSubstr("the machine is initializing")) << box.log();
  EXPECT_EQ(cloud.fired(), 1);
  EXPECT_EQ(cloud.created("servers").size(), 1);
  EXPECT_EQ(cloud.count("servers"), 0);
  EXPECT_EQ(cloud.count("primary_ips"), 0);
}

INSTANTIATE_TEST_SUITE_P(OnTheWay, CloudDud, testing::Values("stay_initializing"));

TEST(CloudChoice, ALocationThatIsSoldOutIsLeftForTheNext) {
  const FakeCloud cloud;
  for (const char* type : {"cx23", "cpx22"}) {
    cloud.tell("availability", {{"server_type", type}, {"location", "fsn1"}, {"available", "lies"}});
  }
  DaemonBox box(in_cloud(cloud));
  box.start();
  const auto planted = box.ctl({"plant", "cloud", "small", "--yes", "--name", "oak"});
  EXPECT_EQ(planted.status, 0) << planted.err << box.log();
  EXPECT_EQ(cloud.state()["servers"][0]["location"]["name"], "nbg1");
  EXPECT_EQ(cloud.state()["servers"][0]["server_type"]["name"], "cx23");
  EXPECT_EQ(cloud.count("primary_ips"), 2) << "the address where it was sold out is given back";
}

TEST(CloudChoice, ALimitOfTheAccountIsSaidAndNothingIsLeft) {
  const FakeCloud cloud;
  DaemonBox box(in_cloud(cloud));
  box.start();
  ASSERT_EQ(box.ctl({"plant", "cloud", "small", "--yes", "--name", "oak"}).status, 0) << box.log();
  cloud.tell("limits", {{"servers", 1}});
  const auto grown = box.ctl({"grow", "oak", "--yes"});
  EXPECT_EQ(grown.status, 1);
  EXPECT_THAT(grown.err, HasSubstr("server limit exceeded"));
  EXPECT_EQ(cloud.count("servers"), 1);
  EXPECT_EQ(cloud.count("primary_ips"), 2);
  const auto again = box.ctl({"grow", "oak", "--yes"});
  EXPECT_EQ(again.status, 4) << again.out << again.err;
  EXPECT_THAT(again.err + again.out, HasSubstr("server limit exceeded"));
  const auto creates = cloud.journal();
  EXPECT_EQ(std::ranges::count_if(creates, [](const json& line) { return line["method"] == "POST" && line["path"] == "/servers"; }), 2)
      << "it is not tried again at once";
}

TEST(CloudChoice, ALimitOfAddressesIsSaidAndNothingIsLeft) {
  const FakeCloud cloud;
  DaemonBox box(in_cloud(cloud));
  box.start();
  cloud.tell("limits", {{"primary_ips", 2}});
  const auto planted = box.ctl({"plant", "cloud", "medium", "--yes", "--name", "oak"});
  EXPECT_EQ(planted.status, 1);
  EXPECT_THAT(planted.err, HasSubstr("Primary IP limit exceeded"));
  EXPECT_EQ(cloud.count("servers"), 0);
  EXPECT_EQ(cloud.count("primary_ips"), 0);
  EXPECT_EQ(box.ctl({"plant", "cloud", "small", "--yes", "--name", "elm"}).status, 4) << "it is not tried again at once";
}

TEST(CloudChoice, TheCostOfAllForestsIsALimit) {
  const FakeCloud cloud;
  auto settings = in_cloud(cloud);
  settings.max_monthly_cost = 12;
  DaemonBox box(settings);
  box.start();
  EXPECT_EQ(box.ctl({"plant", "cloud", "medium", "--yes", "--name", "oak"}).status, 4);
  ASSERT_EQ(box.ctl({"plant", "cloud", "small", "--yes", "--name", "oak"}).status, 0) << box.log();
  const auto grown = box.ctl({"grow", "oak", "--nodes", "2", "--yes"});
  EXPECT_EQ(grown.status, 4);
  EXPECT_THAT(grown.out, HasSubstr("17.97 after, limit 12.00"));
  EXPECT_EQ(cloud.count("servers"), 1);
}

TEST(CloudChoice, WhatIsSoldOutIsNotReplacedByWhatCostsTooMuch) {
  const FakeCloud cloud;
  for (const char* location : {"fsn1", "nbg1"}) {
    cloud.tell("availability", {{"server_type", "cx23"}, {"location", location}, {"available", "lies"}});
  }
  auto settings = in_cloud(cloud);
  settings.max_monthly_cost = 12;
  DaemonBox box(settings);
  box.start();
  ASSERT_EQ(box.ctl({"plant", "cloud", "small", "--yes", "--name", "oak", "--detach"}).status, 0) << box.log();
  const auto told = [&] { return box.log().find("the others cost more than 12.00 a month") != std::string::npos; };
  ASSERT_TRUE(wait_until(told, limit)) << box.log();
  EXPECT_TRUE(cloud.created("servers").empty());
  // cx23 is left alone for 2 minutes: what can be had now is another type.
  settings.max_monthly_cost = 20;
  box.configure(settings);
  box.reload();
  ASSERT_TRUE(wait_until([&] { return cloud.count("servers") == 1; }, limit)) << box.log();
  EXPECT_EQ(cloud.state()["servers"][0]["server_type"]["name"], "cpx22");
}

TEST(CloudChoice, AStrangersServerUnderOurNameIsLeftAlone) {
  const FakeCloud cloud;
  cloud.tell("seed", {{"servers", 60}, {"labels", {{"app", "shop"}}}, {"name", "oak-node"}});
  DaemonBox box(in_cloud(cloud));
  box.start();
  const auto planted = box.ctl({"plant", "cloud", "small", "--yes", "--name", "oak"});
  EXPECT_EQ(planted.status, 1);
  EXPECT_THAT(planted.err, HasSubstr("something else made it"));
  ASSERT_EQ(box.ctl({"teardown", "oak", "--yes"}).status, 0) << box.log();
  EXPECT_EQ(cloud.count("servers"), 60);
  EXPECT_TRUE(cloud.deleted("servers").empty());
}

TEST(CloudChoice, AStrangersAddressUnderOurNameIsLeftAlone) {
  const FakeCloud cloud;
  const json body{{"name", "oak-node-1"}, {"type", "ipv4"}, {"assignee_type", "server"}, {"location", "fsn1"}};
  const auto made = run_command({"/usr/bin/curl", "-sf", "--json", body.dump(), "-H", "Authorization: Bearer token", cloud.endpoint() + "/primary_ips"});
  ASSERT_EQ(made.status, 0);
  DaemonBox box(in_cloud(cloud));
  box.start();
  const auto planted = box.ctl({"plant", "cloud", "small", "--yes", "--name", "oak"});
  EXPECT_EQ(planted.status, 1);
  EXPECT_THAT(planted.err, HasSubstr("an address named oak-node-1 exists, and is not ours"));
  ASSERT_EQ(box.ctl({"teardown", "oak", "--yes"}).status, 0) << box.log();
  EXPECT_EQ(cloud.count("primary_ips"), 1);
  EXPECT_EQ(cloud.count("firewalls"), 0);
}

TEST(CloudChoice, WhatIsTooLongToBeToldIsAnErrorBeforeAnythingIsCreated) {
  const FakeCloud cloud({"--machines", "none"});
  auto settings = in_cloud(cloud);
  std::string urls;
  for (int i = 0; i < 300; ++i) urls += "\"https://example.org/a/mirror/of/nats/number/" + std::to_string(i) + "/nats-{version}-{arch}.tar.gz\", ";
  settings.more += "integration: {nats_download_urls: [" + urls + "]}\n";
  DaemonBox box(settings);
  box.start();
  const auto planted = box.ctl({"plant", "cloud", "medium", "--yes", "--name", "oak"});
  EXPECT_EQ(planted.status, 1);
  EXPECT_THAT(planted.err, HasSubstr("bytes long, and 32768 are allowed")) << box.log();
  for (const auto& line : cloud.journal()) EXPECT_EQ(line["committed"], false) << line;
  EXPECT_EQ(box.ctl({"teardown", "oak", "--yes"}).status, 0) << box.log();
}

// What can be known before anything is created.
struct Preflight {
  const char* name;
  const char* hetzner;
  const char* more;  // further sections, and the fake's arguments are the usual ones
  const char* says;
};

void PrintTo(const Preflight& preflight, std::ostream* out) { *out << preflight.name; }

class CloudPreflight : public testing::TestWithParam<Preflight> {};

TEST_P(CloudPreflight, IsRefusedBeforeAnythingIsCreated) {
  const FakeCloud cloud({"--machines", "none", "--token", "token", "--read-only-token", "reader"});
  auto settings = in_cloud(cloud, GetParam().hetzner);
  settings.more += GetParam().more;
  if (std::string(GetParam().name) == "NoAdminNetworks") {
    settings.more.replace(settings.more.find("[127.0.0.0/8]"), 13, "[]");
  }
  if (std::string(GetParam().name) == "ReadOnlyToken") settings.environment = {"HCLOUD_TOKEN=reader"};
  if (std::string(GetParam().name) == "WrongToken") settings.environment = {"HCLOUD_TOKEN=nobody"};
  if (std::string(GetParam().name) == "NoToken") settings.environment = {};
  DaemonBox box(settings);
  box.start();
  const auto planted = box.ctl({"plant", "cloud", "small", "--yes", "--name", "oak"});
  EXPECT_EQ(exit_of(planted), 1) << "neither the command is wrong, nor its caller, nor a name: " << planted.err;
  EXPECT_THAT(planted.err, HasSubstr(GetParam().says));
  EXPECT_TRUE(box.ask({"list"}).empty());
  for (const auto& line : cloud.journal()) EXPECT_EQ(line["committed"], false) << line;
}

constexpr const char* usual = "server_types: [cx23], locations: [fsn1]";

INSTANTIATE_TEST_SUITE_P(
    All, CloudPreflight,
    testing::Values(
        Preflight{"WrongToken", usual, "", "unable to authenticate"},
        Preflight{"ReadOnlyToken", usual, "", "make a token with read and write permission"},
        Preflight{"NoToken", usual, "", "there is no API token"},
        Preflight{"NoAdminNetworks", usual, "", "security.admin_cidrs is empty"},
        Preflight{"NoTypes", "locations: [fsn1]", "", "hetzner.server_types is empty"},
        Preflight{"NoLocations", "server_types: [cx23]", "", "hetzner.locations is empty"},
        Preflight{"UnknownType", "server_types: [cx32], locations: [fsn1]", "", "did you mean c"},
        Preflight{"UnknownLocation", "server_types: [cx23], locations: [fsn2]", "", "did you mean fsn1?"},
        Preflight{"NotSoldThere", "server_types: [cx23], locations: [ash]", "", "sold in none of hetzner.locations"},
        Preflight{"UnknownImage", "server_types: [cx23], locations: [fsn1], image: debian-99", "", "there is no image"},
        Preflight{"UnknownKey", "server_types: [cx23], locations: [fsn1], ssh_keys: [laptop]", "", "no key \"laptop\""},
        Preflight{"Ipv6OnlyAndNoIpv6Download", "server_types: [cx23], locations: [fsn1], ipv4: false",
                  "integration: {nats_download_urls: [\"http://127.0.0.1/nats.tar.gz\"], nimsforest_install: false}\n",
                  "has no IPv6 address"},
        Preflight{"ArmAndAnX86Download", "server_types: [cax11], locations: [fsn1]",
                  "integration: {nats_download_urls: [\"https://example.org/nats-linux-amd64.tar.gz\"]}\n", "is an ARM machine"}),
    [](const auto& each) { return std::string(each.param.name); });

}  // namespace
}  // namespace morpheus
