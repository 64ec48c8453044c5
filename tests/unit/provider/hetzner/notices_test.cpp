#include "daemon/provider/hetzner/catalog/notices.hpp"

#include <gmock/gmock.h>

#include "daemon/provider/hetzner/catalog/candidates.hpp"
#include "tests/sim/sim_clock.hpp"

namespace morpheus::hetzner {
namespace {

using testing::ElementsAre;

const std::map<std::string, Price> in_germany{{"fsn1", {0.0075, 5.49}}, {"nbg1", {0.0075, 5.49}}};

Catalog sold_catalog() {
  Catalog catalog;
  catalog.types["cx23"] = {"cx23", "x86", {2, 4'000'000'000}, in_germany};
  catalog.types["cx33"] = {"cx33", "x86", {4, 8'000'000'000}, in_germany};
  catalog.types["cax11"] = {"cax11", "arm", {2, 4'000'000'000}, {{"hel1", {0.008, 5.99}}}};
  catalog.image_architectures = {"x86"};
  return catalog;
}

Config::Hetzner choice(std::vector<std::string> types, std::vector<std::string> locations) {
  Config::Hetzner config;
  config.server_types = std::move(types);
  config.locations = std::move(locations);
  return config;
}

std::vector<std::string> skipped(const Catalog& catalog, const Config::Hetzner& config) {
  std::vector<std::string> texts;
  for (const Notice& notice : skipped_entries(catalog, config)) texts.push_back(to_text(notice));
  return texts;
}

std::vector<std::string> advised(const Catalog& catalog, const std::vector<MachinePair>& pairs) {
  std::vector<std::string> texts;
  for (const Notice& notice : advice_on(catalog, pairs)) texts.push_back(to_text(notice));
  return texts;
}

TEST(Notices, AChoiceThatCannotBeIsRefusedWithTheWayOut) {
  EXPECT_TRUE(check_choice(sold_catalog(), choice({"cx23"}, {"fsn1", "nbg1"})));
  const auto typo = check_choice(sold_catalog(), choice({"cx24"}, {"fsn1"}));
  EXPECT_EQ(typo.error().hint, "did you mean cx23?");
  const auto far = check_choice(sold_catalog(), choice({"m5.large"}, {"fsn1"}));
  EXPECT_EQ(far.error().hint, "there are cax11, cx23, cx33");
  const auto elsewhere = check_choice(sold_catalog(), choice({"cx23"}, {"hel1"}));
  EXPECT_EQ(elsewhere.error().hint, "it is sold in fsn1, nbg1");
  const auto no_image = check_choice(sold_catalog(), choice({"cax11"}, {"hel1"}));
  EXPECT_THAT(no_image.error().message, testing::HasSubstr("there is no debian-12 for arm"));
}

TEST(Notices, AnEntryThatCannotBeUsedIsSkippedAsLongAsAnotherCan) {
  const auto config = choice({"cx24", "cx33", "cax11"}, {"fsn1", "ash", "hel1"});
  EXPECT_TRUE(check_choice(sold_catalog(), config));
  EXPECT_THAT(skipped(sold_catalog(), config),
              ElementsAre("hetzner.locations: there is no location \"ash\"; it is skipped: there are fsn1, hel1, nbg1",
                          "hetzner.server_types: there is no server type \"cx24\"; it is skipped: did you mean cx23?",
                          "hetzner.image: there is no debian-12 for arm, which cax11 is; it is skipped: name a system image that there is (hcloud image list)"));
  EXPECT_THAT(skipped(sold_catalog(), choice({"cx23"}, {"fsn1"})), ElementsAre());
}

TEST(Notices, AllThatAreWrongAreNamedWhereNoneIsLeft) {
  const auto refused = check_choice(sold_catalog(), choice({"cx24", "cax11"}, {"fsn1"}));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message, "hetzner.server_types: there is no server type \"cx24\"; hetzner.server_types: cax11 is sold in none of hetzner.locations");
  EXPECT_EQ(check_choice(sold_catalog(), choice({"cx23"}, {"xxx9"})).error().message, "hetzner.locations: there is no location \"xxx9\"");
}

TEST(Notices, WhatTheApiSaysAgainstAPairOnlyAdvises) {
  SimClock clock;
  const Availability availability(clock);
  auto known = sold_catalog();
  known.types["cx23"].advice["fsn1"] = {false, true, ""};
  known.types["cx33"].advice["fsn1"] = {true, false, ""};
  known.types["cx33"].advice["nbg1"] = {true, true, "2027-01-01T00:00:00+00:00"};
  const auto config = choice({"cx23", "cx33"}, {"fsn1", "nbg1"});
  const auto pairs = MachineChoice(candidates(known, config), {}, availability).pairs();
  EXPECT_THAT(pairs, ElementsAre(MachinePair{"cx23", "nbg1"}, MachinePair{"cx33", "fsn1"}, MachinePair{"cx33", "nbg1"}, MachinePair{"cx23", "fsn1"}));
  EXPECT_THAT(advised(known, pairs), ElementsAre("cx33 in nbg1 cannot be ordered after 2027-01-01T00:00:00+00:00: add another type to hetzner.server_types",
                                                 "out of stock, as Hetzner says: cx23 in fsn1: tried after the others",
                                                 "not recommended by Hetzner now: cx33 in fsn1: another type or location may have more stock"));
}

}  // namespace
}  // namespace morpheus::hetzner
