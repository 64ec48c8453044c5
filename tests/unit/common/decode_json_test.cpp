#include <gtest/gtest.h>

#include "common/decode/json.hpp"

namespace morpheus {
namespace {

struct Server {
  std::string name;
  std::int64_t id = 0;
  std::optional<double> cpu;
  std::vector<std::string> routes;
};

Server read_server(const JsonObject& json) {
  Server server;
  server.name = json.object("server").text("name");
  server.id = json.object("server").integer("id");
  server.cpu = json.optional_number("cpu");
  const auto routes = json.optional_array("routes");
  if (!routes) return server;
  for (const JsonValue& route : *routes) server.routes.push_back(route.object().text("remote_id"));
  return server;
}

DecodeBounds small_bounds() {
  DecodeBounds bounds;
  bounds.bytes = 4'000;
  bounds.depth = 8;
  bounds.elements = 5;
  bounds.text = 100;
  return bounds;
}

Result<Server> server_in(std::string_view text) {
  const Sender sender{"10.0.0.1 /varz", ErrorCode::unavailable, "look there"};
  return decode(sender, text, small_bounds(), read_server);
}

std::string wrong_with(std::string_view text) {
  const auto server = server_in(text);
  if (server) return "nothing";
  EXPECT_EQ(server.error().code, ErrorCode::unavailable);
  EXPECT_EQ(server.error().hint, "look there");
  return server.error().message;
}

TEST(DecodeJson, ReadsWhatIsAskedForAndIgnoresTheRest) {
  const auto server = server_in(R"({"server": {"id": 9007199254740993, "name": "o\u00e4k", "more": [1, {}]}, "cpu": 2, "x": null,
                                    "routes": [{"remote_id": "A"}, {"remote_id": "B", "rid": 7}]})");
  ASSERT_TRUE(server) << describe(server.error());
  EXPECT_EQ(server->name, "o\u00e4k");
  EXPECT_EQ(server->id, 9007199254740993);
  EXPECT_EQ(server->cpu, 2);
  EXPECT_EQ(server->routes, (std::vector<std::string>{"A", "B"}));
}

TEST(DecodeJson, AMissingFieldAndAWrongTypeNameTheFieldAndTheSender) {
  EXPECT_EQ(wrong_with(R"({"server": {"id": 1}})"), "10.0.0.1 /varz: server.name is missing");
  EXPECT_EQ(wrong_with(R"({"server": {"id": 1, "name": null}})"), "10.0.0.1 /varz: server.name is null, not text");
  EXPECT_EQ(wrong_with(R"({"server": {"id": "1", "name": "oak"}})"), "10.0.0.1 /varz: server.id is text, not a whole number");
  EXPECT_EQ(wrong_with(R"({"server": {"id": 1.5, "name": "oak"}})"), "10.0.0.1 /varz: server.id is a number, not a whole number");
  EXPECT_EQ(wrong_with(R"({"server": [1]})"), "10.0.0.1 /varz: server is an array, not an object");
  EXPECT_EQ(wrong_with(R"({"server": {"id": 1, "name": "oak"}, "cpu": "9"})"), "10.0.0.1 /varz: cpu is text, not a number");
  EXPECT_EQ(wrong_with(R"({"server": {"id": 1, "name": "oak"}, "routes": {}})"), "10.0.0.1 /varz: routes is an object, not an array");
  EXPECT_EQ(wrong_with(R"({"server": {"id": 1, "name": "oak"}, "routes": [{"remote_id": "A"}, 7]})"),
            "10.0.0.1 /varz: routes[1] is a whole number, not an object");
  EXPECT_EQ(wrong_with(R"({"server": {"id": 18446744073709551615, "name": "oak"}})"),
            "10.0.0.1 /varz: server.id is not between -9223372036854775808 and 9223372036854775807");
}

TEST(DecodeJson, AbsentIsNotEmptyAndNullIsUnset) {
  EXPECT_TRUE(server_in(R"({"server": {"id": 1, "name": ""}, "cpu": null, "routes": null})")->routes.empty());
  EXPECT_FALSE(server_in(R"({"server": {"id": 1, "name": ""}})")->cpu);
}

TEST(DecodeJson, WhatIsNotAnObjectOfJsonIsRefused) {
  EXPECT_EQ(wrong_with(""), "10.0.0.1 /varz: the document is empty");
  EXPECT_EQ(wrong_with("  \n"), "10.0.0.1 /varz: the document is empty");
  EXPECT_EQ(wrong_with("null"), "10.0.0.1 /varz: the document is null, not an object");
  EXPECT_EQ(wrong_with("[1]"), "10.0.0.1 /varz: the document is an array, not an object");
  EXPECT_EQ(wrong_with("7"), "10.0.0.1 /varz: the document is a whole number, not an object");
  EXPECT_EQ(wrong_with("{\"server\""), "10.0.0.1 /varz: the document is not JSON");
  EXPECT_EQ(wrong_with("<html>502</html>"), "10.0.0.1 /varz: the document is not JSON");
  EXPECT_EQ(wrong_with("{} {}"), "10.0.0.1 /varz: the document is not JSON");
  EXPECT_EQ(wrong_with("{\"a\": \"\xFC\"}"), "10.0.0.1 /varz: the document is not valid UTF-8");
  EXPECT_NE(wrong_with("{\"a\": 1e999}"), "nothing");
  EXPECT_NE(wrong_with(R"({"a": "\ud800"})"), "nothing");
  EXPECT_NE(wrong_with(std::string("{\"a\0\": 1}", 9)), "nothing");
}

TEST(DecodeJson, EveryBoundHolds) {
  EXPECT_EQ(wrong_with("{\"a\": \"" + std::string(5'000, 'x') + "\"}"), "10.0.0.1 /varz: the document is larger than 4000 bytes");
  EXPECT_EQ(wrong_with("{\"a\": " + std::string(9, '[') + std::string(9, ']') + "}"),
            "10.0.0.1 /varz: the document is nested deeper than 8 levels");
  EXPECT_EQ(wrong_with(R"({"server": {"id": 1, "name": "oak"}, "routes": [0, 0, 0, 0, 0, 0]})"),
            "10.0.0.1 /varz: routes has more than 5 elements");
  EXPECT_EQ(wrong_with(R"({"server": {"id": 1, "name": ")" + std::string(101, 'x') + R"("}})"),
            "10.0.0.1 /varz: server.name is longer than 100 bytes");
}

TEST(DecodeJson, DepthIsBoundedBeforeAnythingRecurses) {
  constexpr std::size_t levels = 300'000;
  DecodeBounds bounds;
  const auto read = [](const JsonObject&) { return 1; };
  const auto deep = decode({"a cloud"}, std::string(levels, '[') + std::string(levels, ']'), bounds, read);
  ASSERT_FALSE(deep);
  EXPECT_EQ(deep.error().message, "a cloud: the document is nested deeper than 32 levels");
}

TEST(DecodeJson, AFieldsNameThatComesFromOutsideIsCleanInAnError) {
  const auto read = [](const JsonObject& json) {
    for (const auto& [name, value] : json.fields()) value.text();
    return 1;
  };
  const auto forged = decode({"a\ncloud"}, "{\"evil\\n<0>\\u001b[31m\": 1}", DecodeBounds{}, read);
  ASSERT_FALSE(forged);
  EXPECT_EQ(forged.error().message, "a?cloud: evil?<0>?[31m is a whole number, not text");
}

TEST(DecodeJson, CountersAreUnsignedAndNumbersMayBeWhole) {
  const auto read = [](const JsonObject& json) { return json.counter("n"); };
  EXPECT_EQ(*decode({"x"}, R"({"n": 18446744073709551615})", DecodeBounds{}, read), 18446744073709551615U);
  EXPECT_EQ(decode({"x"}, R"({"n": -1})", DecodeBounds{}, read).error().message, "x: n is negative");
  EXPECT_EQ(decode({"x"}, R"({"n": 1.0})", DecodeBounds{}, read).error().message, "x: n is a number, not a whole number");
}

TEST(DecodeJson, OfARepeatedFieldTheFirstCounts) {
  const auto read = [](const JsonObject& json) { return json.integer("n"); };
  EXPECT_EQ(*decode({"x"}, R"({"n": 1, "n": 2})", DecodeBounds{}, read), 1);
}

TEST(DecodeJson, TheRootMayBeAList) {
  const auto read = [](const JsonValue& root) { return root.array().size(); };
  EXPECT_EQ(*decode_value({"x"}, "[1, 2]", DecodeBounds{}, read), 2U);
  EXPECT_EQ(decode_value({"x"}, "{}", DecodeBounds{}, read).error().message, "x: the document is an object, not an array");
}

}  // namespace
}  // namespace morpheus
