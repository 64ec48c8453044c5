#include <gmock/gmock.h>
#include <yaml-cpp/yaml.h>

#include <set>
#include <string>

#include "daemon/control/routes.hpp"

namespace morpheus {
namespace {

const YAML::Node& document() {
  static const YAML::Node loaded = YAML::LoadFile(OPENAPI_FILE);
  return loaded;
}

std::string upper(std::string text) {
  for (char& c : text) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return text;
}

// "/v1/forests/{forest}" -> "/v1/forests/{}"
std::string pattern_of(const std::string& path) {
  std::string out;
  bool inside = false;
  for (const char c : path) {
    inside = inside && c != '}';
    if (!inside) out += c;
    inside = inside || c == '{';
  }
  return out;
}

template <class T>
std::set<std::string> fields() {
  std::set<std::string> names;
  const nlohmann::json view = T{};
  for (const auto& [name, value] : view.items()) names.insert(name);
  return names;
}

std::set<std::string> documented(const YAML::Node& schema) {
  std::set<std::string> names;
  for (const auto& property : schema["properties"]) names.insert(property.first.as<std::string>());
  return names;
}

template <class T>
void expect_documented(const std::string& name) {
  EXPECT_EQ(documented(document()["components"]["schemas"][name]), fields<T>()) << name;
}

// Every "$ref" below `node` leads somewhere.
void expect_references(const YAML::Node& node) {
  if (node.IsSequence()) {
    for (const auto& each : node) expect_references(each);
  }
  if (!node.IsMap()) return;
  for (const auto& each : node) {
    if (each.first.as<std::string>() != "$ref") {
      expect_references(each.second);
      continue;
    }
    const auto target = each.second.as<std::string>();
    const auto kind = target.substr(13, target.rfind('/') - 13);
    EXPECT_TRUE(document()["components"][kind][target.substr(target.rfind('/') + 1)].IsDefined()) << target;
  }
}

TEST(OpenApi, HasEveryRouteAndNoOther) {
  std::set<std::string> served;
  for (const RouteEntry& route : control_routes()) {
    served.insert(std::string(route.method) + " " + std::string(route.path) +
                  (route.permission == Permission::act ? " act" : " read"));
  }
  std::set<std::string> described;
  const auto paths = document()["paths"];
  for (const auto& path : paths) {
    for (const auto& method : path.second) {
      const auto name = method.first.as<std::string>();
      if (name == "parameters") continue;
      described.insert(upper(name) + " " + pattern_of(path.first.as<std::string>()) + " " +
                       method.second["x-permission"].as<std::string>());
    }
  }
  EXPECT_EQ(described, served);
}

TEST(OpenApi, HasEveryFieldOfEveryViewAndNoOther) {
  expect_documented<VersionView>("Version");
  expect_documented<LeaseView>("Lease");
  expect_documented<Caller>("Caller");
  expect_documented<PlantRequest>("PlantRequest");
  expect_documented<GrowRequest>("GrowRequest");
  expect_documented<GrowAnswer>("GrowAnswer");
  expect_documented<PlannedNode>("PlannedNode");
  expect_documented<CostView>("Cost");
  expect_documented<PlanView>("Plan");
  expect_documented<OrphanView>("Orphan");
  expect_documented<ForeignView>("Foreign");
  expect_documented<ProviderFailure>("ProviderFailure");
  expect_documented<OrphansView>("Orphans");
  expect_documented<AdoptionView>("Adoption");
  expect_documented<DeletionView>("Deletion");
  expect_documented<Finding>("Finding");
  expect_documented<OperationView>("Operation");
  expect_documented<StageView>("Stage");
  expect_documented<WaitView>("Wait");
  expect_documented<EventView>("Event");
  expect_documented<DecisionView>("Decision");
  expect_documented<Gate>("Gate");
  expect_documented<NodeFinding>("NodeFinding");
  expect_documented<ForestSummary>("ForestSummary");
  expect_documented<StatusView>("Status");
  expect_documented<ClusterView>("Cluster");
  expect_documented<NodeView>("Node");
  expect_documented<GrowthView>("Growth");
  EXPECT_EQ(documented(document()["components"]["schemas"]["Error"]["properties"]["error"]),
            fields<ErrorView>());
}

TEST(OpenApi, EveryReferenceLeadsSomewhere) { expect_references(document()); }

}  // namespace
}  // namespace morpheus
