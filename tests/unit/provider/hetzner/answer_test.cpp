#include "daemon/provider/hetzner/api/answer.hpp"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "daemon/provider/hetzner/catalog/machine_type.hpp"
#include "daemon/provider/hetzner/catalog/price.hpp"
#include "daemon/provider/hetzner/resource/firewall.hpp"
#include "daemon/provider/hetzner/resource/placement_group.hpp"
#include "daemon/provider/hetzner/resource/primary_ip.hpp"
#include "daemon/provider/hetzner/resource/server.hpp"
#include "daemon/provider/hetzner/resource/ssh_key.hpp"

namespace morpheus::hetzner {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;

const json price = {{"location", "fsn1"}, {"price_hourly", {{"net", "0.0075"}}}, {"price_monthly", {{"net", "5.4900000000"}}}};
const json action = {{"id", 5}, {"status", "running"}, {"error", {{"code", "server_error"}, {"message", "no"}}}};
const json sound_server = {{"id", 4294968296},
                     {"name", "oak-node-1"},
                     {"status", "running"},
                     {"labels", {{"managed-by", "morpheus"}, {"morpheus-controller", "ff"}}},
                     {"public_net", {{"ipv4", {{"ip", "192.0.2.7"}}}, {"ipv6", {{"ip", "2001:db8:1::/64"}}}}},
                     {"server_type", {{"name", "cx23"}, {"cores", 2}, {"memory", 4.0}}},
                     {"location", {{"name", "fsn1"}}}};
const json pagination = {{"pagination", {{"next_page", nullptr}, {"total_entries", 1}}}};

// What an answer is read by, with a sound one.
struct AnswerCase {
  const char* name;
  json sound;
  ApiResult<> (*read)(const std::string& body);
};

template <class T, Reader<T> read>
ApiResult<> read_as(const std::string& body) {
  const auto decoded = decode_answer("GET /things", body, read);
  return decoded ? ApiResult<>{} : ApiResult<>(decoded.error());
}

Page<Server> read_servers(const JsonObject& answer) { return read_page(answer, "servers", read_server, 1); }
Page<PrimaryIp> read_ips(const JsonObject& answer) { return read_page(answer, "primary_ips", read_primary_ip, 1); }
Page<MachineType> read_types(const JsonObject& answer) { return read_page(answer, "server_types", read_machine_type, 1); }

const std::vector<AnswerCase>& cases() {
  static const std::vector<AnswerCase> all{
      {"servers", {{"servers", json::array({sound_server})}, {"meta", pagination}}, read_as<Page<Server>, read_servers>},
      {"a new server", {{"server", sound_server}, {"action", action}}, read_as<NewServer, read_new_server>},
      {"an action", {{"action", action}}, read_as<Action, read_started_action>},
      {"actions", {{"actions", json::array({action})}}, read_as<std::vector<Action>, read_actions>},
      {"a firewall",
       {{"firewall", {{"id", 1}, {"name", "morpheus-oak"}, {"labels", {{"a", "b"}}},
                      {"rules", json::array({{{"direction", "in"}, {"protocol", "tcp"}, {"port", "22"}, {"source_ips", {"192.0.2.0/24"}}}})},
                      {"applied_to", json::array({{{"server", {{"id", 17}}}}})}}}},
       read_as<Firewall, read_one_firewall>},
      {"addresses",
       {{"primary_ips", json::array({{{"id", 1}, {"name", "oak-node-1"}, {"ip", "192.0.2.7"}, {"assignee_id", 17}, {"location", {{"name", "fsn1"}}},
                                      {"labels", {{"morpheus-node", "oak-node-1"}}}}})},
        {"meta", pagination}},
       read_as<Page<PrimaryIp>, read_ips>},
      {"a placement group", {{"placement_group", {{"id", 1}, {"name", "g"}, {"servers", {1, 2}}}}}, read_as<PlacementGroup, read_one_placement_group>},
      {"an SSH key", {{"ssh_key", {{"id", 1}, {"name", "k"}, {"fingerprint", "aa:bb"}}}}, read_as<SshKey, read_one_ssh_key>},
      {"machine types",
       {{"server_types", json::array({{{"id", 1}, {"name", "cx23"}, {"architecture", "x86"}, {"cores", 2}, {"memory", 4}, {"prices", json::array({price})},
                                       {"locations", json::array({{{"name", "fsn1"}, {"available", true}, {"recommended", false},
                                                                   {"deprecation", {{"unavailable_after", "2027-01-01T00:00:00+00:00"}}}}})}}})},
        {"meta", pagination}},
       read_as<Page<MachineType>, read_types>},
      {"prices", {{"pricing", {{"currency", "EUR"}, {"primary_ips", json::array({{{"type", "ipv4"}, {"prices", json::array({price})}}})}}}},
       read_as<Pricing, read_pricing>}};
  return all;
}

// Every value of the document but the whole, by its path.
std::vector<json::json_pointer> values_of(const json& document) {
  std::vector<json::json_pointer> paths;
  const json flat = document.flatten();
  for (const auto& [path, value] : flat.items()) {
    for (json::json_pointer at(path); !at.empty(); at = at.parent_pointer()) {
      if (std::ranges::find(paths, at) == paths.end()) paths.push_back(at);
    }
  }
  return paths;
}

TEST(HetznerAnswer, ASoundOneIsRead) {
  for (const AnswerCase& each : cases()) {
    const auto read = each.read(each.sound.dump());
    EXPECT_TRUE(read) << each.name << ": " << read.error().message;
  }
}

TEST(HetznerAnswer, WhatIsNoObjectIsAnErrorOfTheCall) {
  for (const AnswerCase& each : cases()) {
    for (const char* body : {"", "{}", "[1]", "null", "7", "\"text\"", "{", "<html>", "{\"servers\":[1]}", "\xff\xfe"}) {
      const auto read = each.read(body);
      ASSERT_FALSE(read) << each.name << " " << body;
      EXPECT_EQ(read.error().fault, Fault::ambiguous) << "as a 5xx";
      EXPECT_THAT(read.error().message, HasSubstr("GET /things of the cloud's API: "));
    }
  }
}

TEST(HetznerAnswer, AWrongTypeInAnyFieldThatIsReadIsAnErrorThatNamesIt) {
  const json wrong[] = {json::object(), json::array({json::array()}), true, -1.5, "\u0001"};
  for (const AnswerCase& each : cases()) {
    for (const auto& at : values_of(each.sound)) {
      int refused = 0;
      for (const json& value : wrong) {
        json odd = each.sound;
        odd[at] = value;
        const auto read = each.read(odd.dump());
        if (read) continue;
        ++refused;
        const std::string field = at.back().find_first_not_of("0123456789") == std::string::npos ? "[" + at.back() + "]" : at.back();
        EXPECT_THAT(read.error().message, AnyOf(HasSubstr(field), HasSubstr("is missing"))) << each.name << " " << at;
        EXPECT_EQ(read.error().fault, Fault::ambiguous);
      }
      EXPECT_GE(refused, 3) << each.name << " " << at << ": it is read, and its type is not looked at";
    }
  }
}

TEST(HetznerAnswer, HugeDocumentsAreRefusedBeforeTheyAreRead) {
  const std::string deep(300'000, '[');
  const std::string wide = R"({"servers":[)" + std::string(200'000, ' ') + [] {
    std::string ones;
    for (int i = 0; i < 50'000; ++i) ones += "1,";
    return ones;
  }() + "1]}";
  for (const std::string& body : {deep, R"({"servers":)" + deep, wide}) EXPECT_FALSE((read_as<Page<Server>, read_servers>(body)));
}

TEST(HetznerAnswer, WhatMayBeMissingIs) {
  json bare = sound_server;
  for (const char* field : {"labels", "location"}) bare[field] = nullptr;
  bare["public_net"] = {{"ipv4", nullptr}};
  bare["something_new"] = {{"of", "2027"}};
  const auto read = decode_answer("GET /servers/1", json{{"server", bare}}.dump(), read_one_server);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_FALSE(read->managed);
  EXPECT_EQ(read->ipv4, "");
  EXPECT_EQ(read->controller, "");
  EXPECT_EQ(read->location, "");
}

TEST(HetznerAnswer, AMachineIsTheFirstOfItsNetwork) {
  EXPECT_EQ(own_address("2001:db8:1::/64"), "2001:db8:1::1");
  EXPECT_EQ(own_address("192.0.2.7"), "192.0.2.7");
  EXPECT_EQ(own_address(""), "");
}

TEST(HetznerAnswer, APriceIsADecimalNumber) {
  EXPECT_EQ(price_in("5.4900000000"), 5.49);
  for (const char* odd : {"", "5.49 EUR", "-1", "nan", "inf", "1e309", "0x10"}) EXPECT_EQ(price_in(odd), std::nullopt) << odd;
}

TEST(HetznerAnswer, ImpossibleSizesOfAMachineAreErrors) {
  json type = {{"id", 1}, {"name", "cx23"}, {"architecture", "x86"}, {"cores", 2}, {"memory", 4}, {"prices", json::array()}};
  for (const char* field : {"cores", "memory"}) {
    for (const double size : {0.0, -2.0, 1e12, 1e300}) {
      json odd = type;
      odd[field] = size;
      const auto read = decode_answer("GET /server_types", odd.dump(), read_machine_type);
      ASSERT_FALSE(read) << field << size;
      EXPECT_THAT(read.error().message, HasSubstr(field));
    }
  }
}

TEST(HetznerAnswer, WhatIsShownIsCleanAndBounded) {
  const json error = {{"error", {{"code", "odd"}, {"message", "no\n<0>daemon: forged \x1b[2J" + std::string(5'000, 'x')}}}};
  const auto body = decode_answer("POST /servers", error.dump(), read_error);
  ASSERT_TRUE(body);
  EXPECT_THAT(body->message, testing::StartsWith("no?<0>daemon: forged ?[2J"));
  EXPECT_LE(body->message.size(), 400U);
}

}  // namespace
}  // namespace morpheus::hetzner
